import Tensors

/// Damages the bytes of a file.
struct ByteMutation {
  enum Kind: CaseIterable {
    case truncation, flips, overwriting, insertion, deletion, duplication, length
  }

  private var generator: SplitMix64

  init(seed: Int) { generator = SplitMix64(seed: UInt64(seed)) }

  /// - Returns: the damaged bytes, and what was done.
  mutating func apply(to bytes: [UInt8]) -> (bytes: [UInt8], kind: Kind) {
    let kind = Kind.allCases.randomElement(using: &generator) ?? .flips
    var bytes = bytes
    let start = Int.random(in: bytes.indices, using: &generator)
    let end = min(bytes.count, start + Int.random(in: 1...16, using: &generator))
    switch kind {
    case .truncation: bytes.removeLast(bytes.count - start)
    case .flips:
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let index = Int.random(in: bytes.indices, using: &generator)
        bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      }
    case .overwriting: bytes.replaceSubrange(start..<end, with: noise(end - start))
    case .insertion: bytes.insert(contentsOf: noise(end - start), at: start)
    case .deletion: bytes.removeSubrange(start..<end)
    case .duplication:
      let last = min(bytes.count, start + Int.random(in: 1...200, using: &generator))
      let place = Int.random(in: 0...bytes.count, using: &generator)
      bytes.insert(contentsOf: bytes[start..<last], at: place)
    case .length:
      let lengths = Self.lengths(in: bytes, 0..<bytes.count)
      if let place = lengths.randomElement(using: &generator) {
        let values: [UInt8] = [0, 1, 0x7f, 0xff, bytes[place] &+ 1, bytes[place] &- 1]
        bytes[place] = values.randomElement(using: &generator) ?? 0
      }
    }
    return (bytes, kind)
  }

  private mutating func noise(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  /// Where lengths of fields begin, in a message and in what may be messages inside it.
  private static func lengths(in bytes: [UInt8], _ range: Range<Int>) -> [Int] {
    var places: [Int] = []
    var position = range.lowerBound
    func varint() -> Int? {
      var value = 0
      for shift in stride(from: 0, to: 35, by: 7) {
        guard position < range.upperBound else { return nil }
        let byte = bytes[position]
        position += 1
        value |= Int(byte & 0x7f) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }
    while position < range.upperBound {
      guard let tag = varint() else { return places }
      switch tag & 7 {
      case 0: guard varint() != nil else { return places }
      case 1: position += 8
      case 5: position += 4
      case 2:
        let place = position
        guard let length = varint(), length <= range.upperBound - position else { return places }
        places.append(place)
        places += lengths(in: bytes, position..<position + length)
        position += length
      default: return places
      }
    }
    return places
  }
}
