import KernelIR

extension InstructionReader {
  func expectOperands(_ counts: Int...) throws(PTXError) {
    guard !counts.contains(syntax.operands.count) else { return }
    let wanted = counts.map(String.init).joined(separator: " or ")
    throw fail(
      "'\(syntax.mnemonic)' takes \(wanted) operand\(wanted == "1" ? "" : "s"), "
        + "not \(syntax.operands.count)")
  }

  /// The register of an operand.
  func register(_ index: Int, _ type: ScalarType) throws(PTXError) -> Register {
    try register(syntax.operands[index], type)
  }

  func register(_ operand: OperandSyntax, _ type: ScalarType) throws(PTXError) -> Register {
    guard case .name(let name) = operand.form else {
      throw fail("expected a register, not \(operand.summary)", at: operand.location)
    }
    guard let entry = registers[name] else {
      if name.contains(".") {
        throw fail("special registers are read by 'mov' alone: '\(name)'", at: operand.location)
      }
      throw fail("the register '\(name)' is not declared", at: operand.location)
    }
    guard type.accepts(entry.declared) else {
      throw fail(
        "'\(name)' is a register of .\(entry.declared.rawValue), which "
          + "'\(syntax.mnemonic)' does not take as .\(type.rawValue)",
        at: operand.location)
    }
    return entry.register
  }

  /// An operand that is a register or a constant.
  func value(_ index: Int, _ type: ScalarType) throws(PTXError) -> Operand {
    try value(syntax.operands[index], type)
  }

  func value(_ operand: OperandSyntax, _ type: ScalarType) throws(PTXError) -> Operand {
    guard case .literal(let literal) = operand.form else {
      if case .negated = operand.form, type == .pred {
        throw fail("unsupported: a negated predicate as an operand", at: operand.location)
      }
      return .register(try register(operand, type))
    }
    return .immediate(try bits(of: literal, as: type, at: operand.location))
  }

  /// The bits of a constant (ISA, "Constants"): a float stands for f32 alone, or as `0f…` for b32; an
  /// integer for everything but floats.
  private func bits(
    of literal: Literal, as type: ScalarType, at location: Location
  ) throws(PTXError) -> UInt64 {
    switch (type, literal) {
    case (.f16, _), (.f16x2, _), (.bf16x2, _), (.tf32, _):
      throw fail("expected a register: .\(type.rawValue) takes no constants", at: location)
    case (.f32, _):
      if case .integer = literal { throw fail("expected a float, as 0f3F800000", at: location) }
      guard let bits = literal.singleBits else {
        throw fail("the constant is beyond the range of .f32", at: location)
      }
      return UInt64(bits)
    case (.b32, .single(let bits)): return UInt64(bits)
    case (_, .single), (_, .double):
      throw fail("expected an integer, as .\(type.rawValue) is no float", at: location)
    case (.pred, .integer(let magnitude, _)): return magnitude == 0 ? 0 : 1
    case (_, .integer):
      guard let bits = literal.bits(type.bitCount) else {
        throw fail("the constant is beyond the range of .\(type.rawValue)", at: location)
      }
      return bits
    }
  }

  /// The elements of an operand in braces, whose types must agree.
  func elements(_ index: Int, count: Int) throws(PTXError) -> [OperandSyntax] {
    let operand = syntax.operands[index]
    guard case .vector(let elements) = operand.form, elements.count == count else {
      throw fail("expected a vector of \(count), not \(operand.summary)", at: operand.location)
    }
    for element in elements.dropFirst() where !agree(elements[0], element) {
      throw fail("the types of \(operand.summary) differ", at: element.location)
    }
    return elements
  }

  private func agree(_ one: OperandSyntax, _ other: OperandSyntax) -> Bool {
    switch (one.form, other.form) {
    case (.name(let name), .name(let otherName)):
      guard let type = registers[name]?.declared, let otherType = registers[otherName]?.declared
      else { return true }
      return type.bitCount != otherType.bitCount || type.accepts(otherType)
    case (.name(let name), .literal(let literal)), (.literal(let literal), .name(let name)):
      guard let type = registers[name]?.declared else { return true }
      return type.isBits || (literal.integer == nil ? type == .f32 : type.isInteger)
    default: return true
    }
  }

  func registers(_ index: Int, _ type: ScalarType, count: Int) throws(PTXError) -> [Register] {
    var registers: [Register] = []
    for element in try elements(index, count: count) {
      registers.append(try register(element, type))
    }
    return registers
  }

  func values(_ index: Int, _ type: ScalarType, count: Int) throws(PTXError) -> [Operand] {
    try values(elements(index, count: count), type)
  }

  func values(_ elements: [OperandSyntax], _ type: ScalarType) throws(PTXError) -> [Operand] {
    var values: [Operand] = []
    for element in elements { values.append(try value(element, type)) }
    return values
  }

  /// An operand that is a constant integer.
  func integer(_ index: Int, _ what: String, in range: ClosedRange<Int>) throws(PTXError) -> Int {
    let operand = syntax.operands[index]
    guard case .literal(let literal) = operand.form, case .integer = literal else {
      throw fail("\(what) must be a constant here, not \(operand.summary)", at: operand.location)
    }
    guard let value = literal.integer, range.contains(value) else {
      throw fail(
        "\(what) must be in \(range.lowerBound)…\(range.upperBound)", at: operand.location)
    }
    return value
  }

  /// Checks that the operand is the mask of all 32 lanes.
  func expectAllLanes(_ index: Int) throws(PTXError) {
    let operand = syntax.operands[index]
    guard case .literal(let literal) = operand.form, literal.bits(32) == 0xffff_ffff else {
      throw fail(
        "unsupported: a mask other than 0xffffffff, all lanes", at: operand.location)
    }
  }

  /// The memory that an operand in brackets names.
  ///
  /// - Parameter byteCount: what is accessed there, for variables of known size; `nil` where the hardware
  ///   checks it.
  mutating func address(
    _ index: Int, _ space: MemorySpace, byteCount: Int? = nil
  ) throws(PTXError) -> Operand {
    let operand = syntax.operands[index]
    guard case .address(let name, let offset) = operand.form else {
      throw fail("expected an address in brackets, not \(operand.summary)", at: operand.location)
    }
    if let entry = registers[name] {
      let isWide = entry.declared.bitCount == 64
      guard entry.declared.isBits || entry.declared.isInteger, entry.declared.bitCount >= 32 else {
        throw fail("'\(name)' cannot hold an address", at: operand.location)
      }
      switch space {
      case .global:
        guard isWide else {
          throw fail("an address of global memory has 64 bits, not '\(name)'", at: operand.location)
        }
      case .shared, .cluster:
        guard !isWide else {
          throw fail(
            "unsupported: an address of shared memory in 64 bits, '\(name)'",
            at: operand.location)
        }
      case .constant, .parameter:
        throw fail(
          "unsupported: addresses of \(space.rawValue) memory in registers", at: operand.location)
      }
      return .memory(.register(entry.register), offset: offset)
    }
    return .memory(
      try base(name, offset: offset, space, byteCount: byteCount, at: operand.location),
      offset: offset)
  }

  /// The variable of a name, in the space where it must lie.
  private mutating func base(
    _ name: String, offset: Int, _ space: MemorySpace, byteCount: Int?, at location: Location
  ) throws(PTXError) -> MemoryBase {
    if let parameters, parameters.name == name {
      guard space == .parameter else {
        throw fail("'\(name)' lies in parameter memory, not in \(space.rawValue)", at: location)
      }
      try check(
        offset, byteCount ?? 1, size: parameters.byteCount, alignment: parameters.alignment,
        at: location)
      return .parameters
    }
    switch (variables[name], space) {
    case (.shared, .shared), (.shared, .cluster): return .shared
    case (.constants(let array), .constant):
      try useConstants(name, at: location)
      try check(
        offset, byteCount ?? 1, size: array.bytes.count, alignment: array.alignment, at: location)
      return .constants
    case (nil, _): throw fail("'\(name)' is not declared", at: location)
    case (_?, _):
      throw fail("'\(name)' does not lie in \(space.rawValue) memory", at: location)
    }
  }

  /// Checks an access to a variable of known size.
  private func check(
    _ offset: Int, _ byteCount: Int, size: Int, alignment: Int, at location: Location
  ) throws(PTXError) {
    guard offset >= 0, offset + byteCount <= size else {
      throw fail(
        "\(byteCount) bytes at \(offset) are not within the \(size) declared", at: location)
    }
    guard alignment % byteCount == 0, offset % byteCount == 0 else {
      throw fail(
        "\(byteCount) bytes at \(offset) are misaligned, with an alignment of \(alignment)",
        at: location)
    }
  }

  /// Checks the classes of an instruction's registers, which PTX lets hold more than ``Operation`` does:
  /// `.b32` stands for f32 there too; and whether the text's target and version have it.
  func check(_ instruction: Instruction) throws(PTXError) {
    let operation = instruction.operation
    let signature = operation.signature
    try check(
      instruction.results.map { Operand.register($0) }, signature.results, of: operation)
    try check(instruction.sources, signature.sources, of: operation)
    guard target >= operation.oldestTarget else {
      throw fail(
        "'\(syntax.mnemonic)' needs \(operation.oldestTarget.rawValue), "
          + "and the text is for \(target.rawValue)")
    }
    if let needed = operation.oldestVersion {
      try require(needed.major, needed.minor, for: "'\(syntax.mnemonic)'")
    }
  }

  private func check(
    _ operands: [Operand], _ groups: [Signature.Group], of operation: Operation
  ) throws(PTXError) {
    let kinds = groups.flatMap { Array(repeating: $0, count: $0.count) }
    precondition(kinds.count == operands.count, "\(syntax.mnemonic) is read with its operands")
    for (operand, kind) in zip(operands, kinds) {
      guard case .register(let register) = operand, !kind.accepts(register.class) else { continue }
      if operation.movesBits, kind.bitCount == register.class.bitCount { continue }
      throw fail(
        "unsupported: '\(syntax.mnemonic)' with registers of .\(register.class) here; "
          + "declare them as the type that is computed with")
    }
  }
}

extension Operation {
  /// Whether f32 registers may stand for bits.
  fileprivate var movesBits: Bool {
    switch self {
    case .move, .pack, .unpack: true
    default: false
    }
  }

  /// The oldest PTX with this operation, where it is not that of its oldest target (ISA, "PTX ISA Notes").
  fileprivate var oldestVersion: PTXVersion? {
    switch self {
    case .barrierTest: PTXVersion(7, 1)
    case .multiplySparseMatrices: PTXVersion(7, 1)
    case .barrierExpect, .tensorCopy, .tensorMulticast, .fenceAsyncProxy, .fenceBarrierInit,
      .electOne, .barrierArriveCluster, .barrierTryCluster:
      PTXVersion(8, 0)
    case .fenceTensorMap: PTXVersion(8, 3)
    default: nil
    }
  }
}

extension Signature.Group {
  fileprivate var bitCount: Int? {
    switch kind {
    case .value(let type): type.registerClass.bitCount
    case .bits(let count): count
    case .memory: nil
    }
  }
}
