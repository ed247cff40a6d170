/// A plan file taken apart: to be changed, and put together with the lengths and checksums that fit.
struct PlanParts {
  /// The header, in which the plan is empty text.
  var header: JSONText
  /// The plan, as JSON.
  var plan: JSONText
  /// What follows the header.
  var data: [UInt8]

  private static let planStart = Array(#""plan":""#.utf8)
  private static let checksumStart = Array(#""plan_crc32":""#.utf8)
  private static let referenceStart = Array(#"{"checksum":"#.utf8)
  private static let tensorStart = Array(#","tensor":""#.utf8)
  private static let offsetsStart = Array(#":{"data_offsets":["#.utf8)

  /// `nil` for a file without a plan in its header.
  init?(_ bytes: [UInt8]) {
    guard bytes.count > 8 else { return nil }
    let count = bytes[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    guard count <= bytes.count - 8 else { return nil }
    let end = 8 + Int(count)
    let text = bytes[8..<end]
    guard let start = bytes.end(of: Self.planStart, from: 8), start <= end else { return nil }
    var plan: [UInt8] = []
    var place = start
    while place < end, bytes[place] != .quote {
      if bytes[place] == UInt8(ascii: "\\") { place += 1 }
      guard place < end else { return nil }
      plan.append(bytes[place])
      place += 1
    }
    guard place < end else { return nil }
    header = JSONText(bytes: Array(text[..<start] + text[place...]))
    self.plan = JSONText(bytes: plan)
    data = Array(bytes[end...])
  }

  /// The file. Checksums that are not where Hewn writes them stay as they are.
  func bytes() -> [UInt8] {
    var plan = plan.bytes
    mendReferences(in: &plan)
    var header = header.bytes
    if let start = header.end(of: Self.checksumStart) {
      header.replaceDigits(at: start, by: CRC32.checksum(plan[...]))
    }
    if let start = header.end(of: Self.planStart) {
      var escaped: [UInt8] = []
      for byte in plan {
        if byte == .quote || byte == UInt8(ascii: "\\") { escaped.append(UInt8(ascii: "\\")) }
        escaped.append(byte)
      }
      header.insert(contentsOf: escaped, at: start)
    }
    while header.last == 32 { header.removeLast() }
    header += [UInt8](repeating: 32, count: 63 - (header.count + 7) % 64)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
  }

  /// Gives every reference to a tensor the checksum of the tensor's bytes.
  private func mendReferences(in plan: inout [UInt8]) {
    var from = 0
    while let start = plan.end(of: Self.referenceStart, from: from) {
      from = start
      let digits = plan[start...].prefix { (48...57).contains($0) }
      guard plan[digits.endIndex...].starts(with: Self.tensorStart) else { continue }
      let rest = plan[(digits.endIndex + Self.tensorStart.count)...]
      guard let bytes = tensor(rest.prefix { $0 != .quote }) else { continue }
      plan.replaceDigits(at: start, by: CRC32.checksum(bytes))
    }
  }

  private func tensor(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let entry = [.quote] + name + [.quote] + Self.offsetsStart
    guard let start = header.bytes.end(of: entry) else { return nil }
    let offsets = header.bytes[start...].prefix { $0 != UInt8(ascii: "]") }
      .split(separator: .comma).compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= data.count
    else { return nil }
    return data[offsets[0]..<offsets[1]]
  }
}

extension [UInt8] {
  /// The place after the first occurrence of some bytes.
  fileprivate func end(of part: [UInt8], from start: Int = 0) -> Int? {
    // Many times as fast as `firstRange(of:)`.
    withUnsafeBufferPointer { bytes in
      var place = start
      while place <= bytes.count - part.count {
        if bytes[place] == part[0], bytes[place..<place + part.count].elementsEqual(part) {
          return place + part.count
        }
        place += 1
      }
      return nil
    }
  }

  fileprivate mutating func replaceDigits(at start: Int, by number: UInt32) {
    let digits = self[start...].prefix { (48...57).contains($0) }
    replaceSubrange(digits.indices, with: "\(number)".utf8)
  }
}

/// The checksum of PNG and gzip, which plans are protected by.
private enum CRC32 {
  private static let table = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xedb8_8320 : 0) }
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { rest, byte in
      rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)]
    }
  }
}
