/// Reads the Python literals that occur in array headers: a dictionary of strings, booleans and
/// tuples of integers.
struct PythonLiteral {
  enum Value: Equatable {
    case string(String)
    case boolean(Bool)
    case tuple([Int])
    case dictionary([String: Value])
    /// A list, such as the fields of a structured element; its content is skipped.
    case list
  }

  private var text: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) { self.text = text }

  /// Reads one value and nothing after it.
  ///
  /// - Throws: `invalidFile`.
  mutating func parseWhole() throws(HewnError) -> Value {
    let value = try parseValue(depth: 0)
    skipSpaces()
    guard text.isEmpty else { throw malformed("text after the dictionary") }
    return value
  }

  private mutating func parseValue(depth: Int) throws(HewnError) -> Value {
    skipSpaces()
    switch text.first {
    case UInt8(ascii: "{") where depth == 0: return .dictionary(try parseDictionary())
    case UInt8(ascii: "("): return .tuple(try parseTuple())
    case UInt8(ascii: "["):
      try skipList()
      return .list
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try parseString())
    default:
      if take("True") { return .boolean(true) }
      if take("False") { return .boolean(false) }
      throw malformed("an unexpected value")
    }
  }

  private mutating func parseDictionary() throws(HewnError) -> [String: Value] {
    var entries: [String: Value] = [:]
    try expect("{")
    while !take("}") {
      let key = try parseString()
      try expect(":")
      guard entries.updateValue(try parseValue(depth: 1), forKey: key) == nil else {
        throw malformed("\"\(key)\" twice")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    return entries
  }

  private mutating func parseTuple() throws(HewnError) -> [Int] {
    var elements: [Int] = []
    try expect("(")
    while !take(")") {
      elements.append(try parseInteger())
      if !take(",") {
        try expect(")")
        break
      }
    }
    return elements
  }

  private mutating func parseInteger() throws(HewnError) -> Int {
    skipSpaces()
    let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw malformed("an extent that is no integer or too large")
    }
    text = text[digits.endIndex...]
    // Python 2 marked long integers.
    if text.first == UInt8(ascii: "L") { text = text.dropFirst() }
    return value
  }

  private mutating func parseString() throws(HewnError) -> String {
    skipSpaces()
    guard let quote = text.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw malformed("a missing quote")
    }
    text = text.dropFirst()
    guard let end = text.firstIndex(of: quote) else { throw malformed("an open string") }
    let content = text[..<end]
    guard !content.contains(UInt8(ascii: "\\")) else { throw malformed("an escape in a string") }
    text = text[(end + 1)...]
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func skipList() throws(HewnError) {
    var depth = 0
    while let byte = text.first {
      text = text.dropFirst()
      if byte == UInt8(ascii: "[") { depth += 1 }
      if byte == UInt8(ascii: "]") { depth -= 1 }
      if depth == 0 { return }
    }
    throw malformed("an open list")
  }

  private mutating func skipSpaces() {
    text = text.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
  }

  /// Takes `word` after spaces, if it is next.
  private mutating func take(_ word: String) -> Bool {
    skipSpaces()
    guard text.starts(with: word.utf8) else { return false }
    text = text.dropFirst(word.utf8.count)
    return true
  }

  private mutating func expect(_ word: String) throws(HewnError) {
    guard take(word) else { throw malformed("a missing \"\(word)\"") }
  }

  private func malformed(_ what: String) -> HewnError {
    HewnError(.invalidFile, "the .npy header is malformed: \(what)")
  }
}
