internal import Tensors

/// Parses the header of a safetensors file: JSON of two levels, strings, lists of integers.
///
/// Stricter than a parser of any JSON: keys occur once, and nothing but what the format has is
/// accepted, so that two readers cannot see different files.
struct SafetensorsHeaderParser {
  /// One tensor as the header states it.
  struct Tensor {
    var dtype = ""
    var shape: [Int] = []
    var offsets = (0, 0)
  }

  struct Header {
    var tensors: [String: Tensor] = [:]
    var metadata: [String: String] = [:]
  }

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func parse() throws(HewnError) -> Header {
    var header = Header()
    var hasMetadata = false
    try parseObject { (parser, name) throws(HewnError) in
      if name == Safetensors.metadataName {
        guard !hasMetadata else { throw parser.failure("a second \(name)") }
        hasMetadata = true
        try parser.parseObject { (parser, key) throws(HewnError) in
          let value = try parser.parseString()
          guard header.metadata.updateValue(value, forKey: key) == nil else {
            throw parser.failure("a second entry \"\(key)\"")
          }
        }
      } else {
        let tensor = try parser.parseTensor()
        guard header.tensors.updateValue(tensor, forKey: name) == nil else {
          throw parser.failure("a second tensor \"\(name)\"")
        }
      }
    }
    skipSpace()
    guard position == bytes.count else { throw failure("text after the header") }
    return header
  }

  private mutating func parseTensor() throws(HewnError) -> Tensor {
    var tensor = Tensor()
    var seen: Set<String> = []
    try parseObject { (parser, key) throws(HewnError) in
      guard seen.insert(key).inserted else { throw parser.failure("a second \"\(key)\"") }
      switch key {
      case "dtype": tensor.dtype = try parser.parseString()
      case "shape": tensor.shape = try parser.parseIntegers()
      case "data_offsets":
        let offsets = try parser.parseIntegers()
        guard offsets.count == 2 else { throw parser.failure("\(offsets.count) data_offsets") }
        tensor.offsets = (offsets[0], offsets[1])
      default: throw parser.failure("the key \"\(key)\" of a tensor")
      }
    }
    guard seen.count == 3 else { throw failure("a tensor without dtype, shape or data_offsets") }
    return tensor
  }

  /// Parses `{"key": …, …}`; `parseValue` parses each value.
  private mutating func parseObject(
    _ parseValue: (inout Self, _ key: String) throws(HewnError) -> Void
  ) throws(HewnError) {
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try parseString()
      try expect(":")
      try parseValue(&self, key)
    } while take(",")
    try expect("}")
  }

  private mutating func parseIntegers() throws(HewnError) -> [Int] {
    var integers: [Int] = []
    try expect("[")
    if take("]") { return [] }
    repeat {
      integers.append(try parseInteger())
    } while take(",")
    try expect("]")
    return integers
  }

  /// Parses an integer that is not negative; the format has no others.
  private mutating func parseInteger() throws(HewnError) -> Int {
    skipSpace()
    let first = position
    var value = 0
    while position < bytes.count, case let digit = bytes[position], (48...57).contains(digit) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(digit) - 48)
      guard !overflow, !carry else { throw failure("an integer above 2^63") }
      value = sum
      position += 1
    }
    guard position > first, position == first + 1 || bytes[first] != 48 else {
      throw failure("no integer where one is expected")
    }
    return value
  }

  private mutating func parseString() throws(HewnError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("a string that is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += try parseEscape()
      case 0..<32: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("a string without its end")
  }

  /// Parses what follows a backslash.
  private mutating func parseEscape() throws(HewnError) -> [UInt8] {
    guard position < bytes.count else { throw failure("a string without its end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var code = try parseHexadecimal()
      // A character beyond 16 bits is two escapes.
      if (0xd800..<0xdc00).contains(code), takeEscapedUnit() {
        let low = try parseHexadecimal()
        guard (0xdc00..<0xe000).contains(low) else { throw failure("half of a character") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half of a character") }
      return Array(String(Character(scalar)).utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func takeEscapedUnit() -> Bool {
    guard bytes.count - position >= 2, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { return false }
    position += 2
    return true
  }

  private mutating func parseHexadecimal() throws(HewnError) -> UInt32 {
    guard bytes.count - position >= 4 else { throw failure("an unknown escape") }
    var code: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else {
        throw failure("an unknown escape")
      }
      code = code << 4 | UInt32(digit)
    }
    position += 4
    return code
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        position += 1
      default: return
      }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(HewnError) {
    guard take(character) else { throw failure("no \(character) where one is expected") }
  }

  private func failure(_ what: String) -> HewnError {
    HewnError(
      .invalidFile, "the header of the safetensors file is malformed at byte \(position): \(what)")
  }
}
