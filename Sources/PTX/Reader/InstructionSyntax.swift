/// An instruction as it is written, before it is known what it means.
struct InstructionSyntax {
  var `guard`: GuardSyntax?
  /// `add`.
  var name: Token
  /// `rn` and `f32` of `add.rn.f32`.
  var modifiers: [Token]
  var operands: [OperandSyntax]

  struct GuardSyntax {
    var name: String
    var isNegated: Bool
    var location: Location
  }

  /// `add.rn.f32`.
  var mnemonic: String { modifiers.reduce(name.text) { $0 + "." + $1.text } }
}

/// An operand as it is written.
struct OperandSyntax {
  var form: Form
  var location: Location

  enum Form {
    /// The name of a register, a variable, a label, or of a special register with its dot.
    case name(String)
    /// `!%p1`
    case negated(String)
    /// `_`
    case sink
    case literal(Literal)
    /// `{%r1, %r2}`: names, sinks and literals.
    case vector([OperandSyntax])
    /// `[base + offset]`
    case address(base: String, offset: Int)
    /// `[map, {x, y}]`
    case tensor(map: String, coordinates: [OperandSyntax])
    /// `_|%p1`: names and sinks.
    indirect case pair(OperandSyntax, OperandSyntax)
  }

  /// As a message says what stands there.
  var summary: String {
    switch form {
    case .name(let name): "'\(name)'"
    case .negated(let name): "'!\(name)'"
    case .sink: "'_'"
    case .literal: "a constant"
    case .vector(let elements): "a vector of \(elements.count)"
    case .address: "an address"
    case .tensor: "an address of a tensor"
    case .pair: "a pair of destinations"
    }
  }
}

extension TokenCursor {
  /// Reads an instruction up to its semicolon.
  mutating func instruction() throws(PTXError) -> InstructionSyntax {
    var guarding: InstructionSyntax.GuardSyntax?
    if token.is("@") {
      let location = next().location
      let isNegated = take("!")
      let name = try expectWord("a predicate").text
      guarding = .init(name: name, isNegated: isNegated, location: location)
    }
    let name = try expectWord("an instruction")
    var modifiers: [Token] = []
    while token.kind == .dotted { modifiers.append(next()) }
    var operands: [OperandSyntax] = []
    if !token.is(";") {
      repeat { operands.append(try operand()) } while take(",")
    }
    try expect(";")
    return InstructionSyntax(
      guard: guarding, name: name, modifiers: modifiers, operands: operands)
  }

  private mutating func operand() throws(PTXError) -> OperandSyntax {
    let location = token.location
    if token.is("{") { return OperandSyntax(form: .vector(try vector()), location: location) }
    if take("[") { return OperandSyntax(form: try address(), location: location) }
    if take("!") {
      let name = try expectWord("a predicate").text
      return OperandSyntax(form: .negated(name), location: location)
    }
    let first = try scalar()
    if token.is("+") { throw fail("unsupported: arithmetic with constants and variables") }
    guard take("|") else { return first }
    return OperandSyntax(form: .pair(first, try scalar()), location: location)
  }

  private mutating func scalar() throws(PTXError) -> OperandSyntax {
    let location = token.location
    guard token.kind == .word else {
      return OperandSyntax(
        form: .literal(try expectLiteral("an operand")), location: location)
    }
    var name = next().text
    if name == "_" { return OperandSyntax(form: .sink, location: location) }
    if name == "WARP_SZ" {
      return OperandSyntax(
        form: .literal(.integer(magnitude: 32, isNegative: false)), location: location)
    }
    if token.kind == .dotted { name += "." + next().text }
    return OperandSyntax(form: .name(name), location: location)
  }

  private mutating func vector() throws(PTXError) -> [OperandSyntax] {
    try expect("{")
    var elements: [OperandSyntax] = []
    repeat { elements.append(try scalar()) } while take(",")
    try expect("}")
    return elements
  }

  /// What follows a bracket.
  private mutating func address() throws(PTXError) -> OperandSyntax.Form {
    if token.kind == .number { throw fail("unsupported: an address without a base") }
    let base = try expectWord("the base of an address").text
    if take(",") {
      let coordinates = try vector()
      try expect("]")
      return .tensor(map: base, coordinates: coordinates)
    }
    var offset = 0
    if take("+") {
      offset = try expectInteger("the offset", in: Int(Int32.min)...Int(Int32.max))
    }
    try expect("]")
    return .address(base: base, offset: offset)
  }
}
