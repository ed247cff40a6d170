/// Cuts a PTX text into tokens, without comments.
struct Tokenizer {
  private static let symbols = Array(",;:{}[]()<>@!|+-=".utf8)

  private let bytes: [UInt8]
  private let file: String
  private var index = 0
  private var line = 1
  private var lineStart = 0

  private init(_ text: String, file: String) {
    bytes = Array(text.utf8)
    self.file = file
  }

  /// The tokens of a text; the last one is its end.
  static func tokens(of text: String, file: String) throws(PTXError) -> [Token] {
    var tokenizer = Tokenizer(text, file: file)
    var tokens: [Token] = []
    repeat {
      try tokenizer.skipBlanks()
      tokens.append(try tokenizer.next())
    } while tokens.last?.kind != .end
    return tokens
  }

  private var location: Location { Location(line: line, column: index - lineStart + 1) }

  private func fail(_ message: String, at location: Location? = nil) -> PTXError {
    let place = location ?? self.location
    return PTXError(file: file, line: place.line, column: place.column, message: message)
  }

  private func byte(_ offset: Int = 0) -> UInt8? {
    index + offset < bytes.count ? bytes[index + offset] : nil
  }

  private mutating func advance() {
    if bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    index += 1
  }

  private mutating func skipBlanks() throws(PTXError) {
    while let here = byte() {
      switch (here, byte(1)) {
      case (UInt8(ascii: " "), _), (UInt8(ascii: "\t"), _), (UInt8(ascii: "\r"), _),
        (UInt8(ascii: "\n"), _):
        advance()
      case (UInt8(ascii: "/"), UInt8(ascii: "/")):
        while let other = byte(), other != UInt8(ascii: "\n") { advance() }
      case (UInt8(ascii: "/"), UInt8(ascii: "*")):
        try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(PTXError) {
    let start = location
    index += 2
    while byte() != UInt8(ascii: "*") || byte(1) != UInt8(ascii: "/") {
      guard byte() != nil else { throw fail("a comment has no end", at: start) }
      advance()
    }
    index += 2
  }

  private mutating func next() throws(PTXError) -> Token {
    let start = location
    guard let first = byte() else { return Token(kind: .end, text: "", location: start) }
    if first.startsWord {
      return Token(kind: .word, text: take { $0.continuesWord }, location: start)
    }
    if first.isDigit { return Token(kind: .number, text: takeNumber(), location: start) }
    switch first {
    case UInt8(ascii: "."): return try dotted(from: start)
    case UInt8(ascii: "\""): return try string(from: start)
    default: break
    }
    guard Tokenizer.symbols.contains(first) else {
      throw fail("unexpected character '\(printable(first))'")
    }
    return Token(kind: .symbol, text: take { _ in false }, location: start)
  }

  /// Takes one byte, and those after it that belong to it.
  private mutating func take(while belongs: (UInt8) -> Bool) -> String {
    let start = index
    index += 1
    while let here = byte(), belongs(here) { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  /// Takes a number with its letters, fraction and signed decimal exponent.
  private mutating func takeNumber() -> String {
    let start = index
    let isDecimal = byte() != UInt8(ascii: "0") || byte(1)?.isLetter != true
    while let here = byte() {
      let isExponent = isDecimal && (here | 0x20) == UInt8(ascii: "e")
      guard here.continuesWord || here == UInt8(ascii: ".") else { break }
      index += 1
      if isExponent, byte() == UInt8(ascii: "-") || byte() == UInt8(ascii: "+") { index += 1 }
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  /// A dot and words joined by `::`.
  private mutating func dotted(from start: Location) throws(PTXError) -> Token {
    index += 1
    let textStart = index
    while true {
      guard let first = byte(), first.isLetter || first.isDigit || first == UInt8(ascii: "_") else {
        throw fail("expected a name after '.'")
      }
      while byte()?.continuesWord == true { index += 1 }
      guard byte() == UInt8(ascii: ":"), byte(1) == UInt8(ascii: ":") else { break }
      index += 2
    }
    let text = String(decoding: bytes[textStart..<index], as: UTF8.self)
    return Token(kind: .dotted, text: text, location: start)
  }

  private mutating func string(from start: Location) throws(PTXError) -> Token {
    index += 1
    let textStart = index
    while let here = byte(), here != UInt8(ascii: "\""), here != UInt8(ascii: "\n") { index += 1 }
    guard byte() == UInt8(ascii: "\"") else { throw fail("a string has no end", at: start) }
    let text = String(decoding: bytes[textStart..<index], as: UTF8.self)
    index += 1
    return Token(kind: .string, text: text, location: start)
  }

  private func printable(_ byte: UInt8) -> String {
    (0x21..<0x7f).contains(byte)
      ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16, uppercase: true)
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  fileprivate var isLetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
  fileprivate var startsWord: Bool {
    isLetter || self == UInt8(ascii: "_") || self == UInt8(ascii: "$") || self == UInt8(ascii: "%")
  }
  fileprivate var continuesWord: Bool {
    isLetter || isDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "$")
  }
}
