/// A JSON text whose values are known by their places; it may be malformed.
struct JSONText {
  /// A value, or an array's element or an object's member.
  struct Part {
    enum Kind { case number, string, array, object, word }
    var kind: Kind
    var value: Range<Int>
    /// The name of a member, with its quotes.
    var name: Range<Int>?

    /// From the name, if there is one, to the end of the value.
    var whole: Range<Int> { (name?.lowerBound ?? value.lowerBound)..<value.upperBound }
  }

  var bytes: [UInt8]

  /// The parts in the order in which they end.
  func parts() -> [Part] {
    var scanner = Scanner(bytes: bytes)
    _ = scanner.scan(depth: 0, name: nil)
    return scanner.parts
  }

  /// Changes the text in one place.
  mutating func mutate(_ random: inout Random) {
    let parts = parts()
    guard !parts.isEmpty, !random.once(in: 10) else {
      bytes = bytes.mutated(capacity: bytes.count + 64)
      return
    }
    let part = parts[random.below(parts.count)]
    let namesakes = parts.filter { other in
      other.kind == part.kind && other.name.map { bytes[$0] } == part.name.map { bytes[$0] }
    }
    let other = parts[random.below(parts.count)]
    switch random.below(8) {
    case 0: remove(part)
    case 1: bytes.insert(contentsOf: bytes[part.whole] + [.comma], at: part.whole.lowerBound)
    case 2: bytes.replaceSubrange(part.value, with: bytes[other.value])
    case 3:
      let namesake = namesakes[random.below(namesakes.count)]
      bytes.replaceSubrange(part.value, with: bytes[namesake.value])
    default: change(part, &random)
    }
  }

  private mutating func remove(_ part: Part) {
    var range = part.whole
    if range.upperBound < bytes.count, bytes[range.upperBound] == .comma {
      range = range.lowerBound..<range.upperBound + 1
    } else if range.lowerBound > 0, bytes[range.lowerBound - 1] == .comma {
      range = range.lowerBound - 1..<range.upperBound
    }
    bytes.removeSubrange(range)
  }

  private mutating func change(_ part: Part, _ random: inout Random) {
    let old = String(decoding: bytes[part.value], as: UTF8.self)
    let new: [UInt8]
    switch part.kind {
    case .number:
      new = Array("\(random.integer(insteadOf: Int64(old) ?? 0))".utf8)
    case .string:
      // Of nothing, libFuzzer mostly makes a word of the dictionary.
      new = [.quote] + [UInt8]().mutated(capacity: 32) + [.quote]
    case .word: new = Array(["null", "true", "false", "0", "[]", "{}"][random.below(6)].utf8)
    case .array, .object: new = Array(bytes[part.value]).mutated(capacity: part.value.count + 16)
    }
    bytes.replaceSubrange(part.value, with: new)
  }
}

extension JSONText {
  private struct Scanner {
    let bytes: [UInt8]
    var position = 0
    var parts: [Part] = []

    /// Scans a value.
    ///
    /// - Returns: `false` at the end of what can be read.
    mutating func scan(depth: Int, name: Range<Int>?) -> Bool {
      skipSpace()
      guard depth < 64, position < bytes.count else { return false }
      let start = position
      let kind: Part.Kind
      switch bytes[position] {
      case UInt8(ascii: "{"):
        kind = .object
        guard scanList(depth, end: UInt8(ascii: "}"), hasNames: true) else { return false }
      case UInt8(ascii: "["):
        kind = .array
        guard scanList(depth, end: UInt8(ascii: "]"), hasNames: false) else { return false }
      case .quote:
        kind = .string
        guard scanString() != nil else { return false }
      case let byte:
        kind = byte == UInt8(ascii: "-") || (48...57).contains(byte) ? .number : .word
        while position < bytes.count, !Self.ends.contains(bytes[position]) { position += 1 }
        guard position > start else { return false }
      }
      parts.append(Part(kind: kind, value: start..<position, name: name))
      return true
    }

    private static let ends = Array(",]}: \n\"".utf8)

    private mutating func scanList(_ depth: Int, end: UInt8, hasNames: Bool) -> Bool {
      position += 1
      while true {
        skipSpace()
        guard position < bytes.count else { return false }
        if bytes[position] == end || bytes[position] == .comma {
          position += 1
          if bytes[position - 1] == end { return true }
          continue
        }
        var name: Range<Int>?
        if hasNames {
          name = scanString()
          skipSpace()
          guard name != nil, position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
            return false
          }
          position += 1
        }
        guard scan(depth: depth + 1, name: name) else { return false }
      }
    }

    private mutating func scanString() -> Range<Int>? {
      let start = position
      guard position < bytes.count, bytes[position] == .quote else { return nil }
      position += 1
      while position < bytes.count {
        let byte = bytes[position]
        position += byte == UInt8(ascii: "\\") ? 2 : 1
        if byte == .quote { return start..<position }
      }
      return nil
    }

    private mutating func skipSpace() {
      while position < bytes.count, bytes[position] == 32 || bytes[position] == 10 { position += 1 }
    }
  }
}

extension UInt8 {
  static let quote = UInt8(ascii: "\"")
  static let comma = UInt8(ascii: ",")
}
