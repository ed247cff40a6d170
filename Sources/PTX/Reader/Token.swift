/// A place in a text; both from 1.
struct Location: Hashable, Sendable {
  var line: Int
  /// In bytes.
  var column: Int
}

/// A piece of PTX text (ISA, "Syntax").
struct Token: Sendable {
  enum Kind: Sendable {
    /// `add`, `%r1`, `$L1`, `_`.
    case word
    /// What follows a dot: `u32` of `.u32`, `shared::cta` of `.shared::cta`.
    case dotted
    /// `12`, `0x1F`, `0f3F800000`, `8.5`.
    case number
    /// Without its quotes.
    case string
    case symbol
    case end
  }

  var kind: Kind
  var text: String
  var location: Location

  func `is`(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

  /// As a message quotes it.
  var quoted: String {
    switch kind {
    case .word, .number, .symbol: "'\(text)'"
    case .dotted: "'.\(text)'"
    case .string: "a string"
    case .end: "the end of the text"
    }
  }
}
