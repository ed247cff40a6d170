/// Walks over the modifiers of an instruction, in the order in which the ISA writes them.
struct Modifiers {
  private let syntax: InstructionSyntax
  private let file: String
  private var index = 0

  init(of syntax: InstructionSyntax, file: String) {
    self.syntax = syntax
    self.file = file
  }

  private var token: Token? {
    index < syntax.modifiers.count ? syntax.modifiers[index] : nil
  }

  /// Takes a modifier if it is at hand.
  mutating func take(_ text: String) -> Bool {
    guard token?.text == text else { return false }
    index += 1
    return true
  }

  mutating func expect(_ texts: String...) throws(PTXError) {
    for text in texts {
      guard take(text) else { throw unexpected(instead: ["." + text]) }
    }
  }

  /// Takes one of some modifiers, and says what it stands for.
  mutating func choose<Meaning>(
    _ meanings: KeyValuePairs<String, Meaning>
  ) throws(PTXError) -> Meaning {
    guard let text = token?.text, let chosen = meanings.first(where: { $0.key == text }) else {
      throw unexpected(instead: meanings.map { "." + $0.key })
    }
    index += 1
    return chosen.value
  }

  /// Takes one of some types.
  mutating func type(_ types: [ScalarType]) throws(PTXError) -> ScalarType {
    guard let text = token?.text, let chosen = types.first(where: { $0.rawValue == text }) else {
      throw unexpected(instead: types.map { "." + $0.rawValue })
    }
    index += 1
    return chosen
  }

  /// Takes whatever is at hand.
  mutating func takeAny(_ what: String) throws(PTXError) -> Token {
    guard let token else { throw unexpected(instead: [what]) }
    index += 1
    return token
  }

  /// Takes all that is left, without the first dot.
  mutating func takeRest() -> String {
    defer { index = syntax.modifiers.count }
    return syntax.modifiers[index...].map(\.text).joined(separator: ".")
  }

  func end() throws(PTXError) {
    guard token == nil else { throw unexpected(instead: []) }
  }

  /// The modifier at hand is none that belongs there.
  func unexpected(instead expected: [String], hint: String? = nil) -> PTXError {
    let place = token?.location ?? syntax.name.location
    let found =
      token.map { "unsupported modifier '.\($0.text)' of '\(syntax.mnemonic)'" }
      ?? "'\(syntax.mnemonic)' lacks a modifier"
    var instead = expected.isEmpty ? "" : "; expected \(expected.joined(separator: ", "))"
    if let hint { instead += " (\(hint))" }
    return PTXError(
      file: file, line: place.line, column: place.column, message: found + instead)
  }
}
