/// Walks over the tokens of a text.
struct TokenCursor {
  let file: String
  private let tokens: [Token]
  private var index = 0

  init(_ text: String, file: String) throws(PTXError) {
    self.file = file
    tokens = try Tokenizer.tokens(of: text, file: file)
  }

  /// The token at hand; the end stays at hand.
  var token: Token { tokens[index] }
  var following: Token { tokens[min(index + 1, tokens.count - 1)] }

  @discardableResult
  mutating func next() -> Token {
    defer { index = min(index + 1, tokens.count - 1) }
    return tokens[index]
  }

  func fail(_ message: String, at location: Location? = nil) -> PTXError {
    let place = location ?? token.location
    return PTXError(file: file, line: place.line, column: place.column, message: message)
  }

  /// Takes a symbol if it is at hand.
  mutating func take(_ symbol: String) -> Bool {
    guard token.is(symbol) else { return false }
    next()
    return true
  }

  mutating func expect(_ symbol: String) throws(PTXError) {
    guard take(symbol) else { throw fail("expected '\(symbol)', not \(token.quoted)") }
  }

  mutating func expectWord(_ what: String) throws(PTXError) -> Token {
    guard token.kind == .word, token.text != "_" else {
      throw fail("expected \(what), not \(token.quoted)")
    }
    return next()
  }

  mutating func expectLiteral(_ what: String) throws(PTXError) -> Literal {
    let start = token.location
    let isNegative = take("-")
    guard token.kind == .number else { throw fail("expected \(what), not \(token.quoted)") }
    guard let literal = Literal(token.text) else {
      throw fail("\(token.quoted) is no number of PTX, or too large")
    }
    // The sign of a float in hexadecimal is one of its bits.
    let hasSign = ["0f", "0d"].contains(token.text.prefix(2).lowercased())
    next()
    guard isNegative else { return literal }
    guard !hasSign else { throw fail("a float in hexadecimal has no minus", at: start) }
    return literal.negated
  }

  /// Takes an integer within a range.
  mutating func expectInteger(
    _ what: String, in range: ClosedRange<Int>
  ) throws(PTXError) -> Int {
    let start = token.location
    guard let value = try expectLiteral(what).integer, range.contains(value) else {
      throw fail("\(what) must be in \(range.lowerBound)…\(range.upperBound)", at: start)
    }
    return value
  }

  /// Skips what is left of a line, for directives that end with it.
  mutating func skipLine() {
    let line = token.location.line
    while token.location.line == line, token.kind != .end { next() }
  }
}
