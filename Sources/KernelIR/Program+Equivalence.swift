extension Program {
  /// The first difference in what two programs do, as a sentence; `nil` where they do the same.
  ///
  /// Registers and labels may be numbered differently, and types may differ where only bits count: a
  /// move of f16x2 is one of u32, a sum of s32 is one of u32. Origins do not count.
  ///
  /// - Complexity: O(operands).
  package func difference(from expected: Program) -> String? {
    func differ<Value: Equatable>(_ what: String, _ value: Value, _ wanted: Value) -> String? {
      value == wanted ? nil : "\(what) is \(value), not \(wanted)"
    }
    let header =
      differ("the name", name, expected.name)
      ?? differ("the size of the parameters", parameterByteCount, expected.parameterByteCount)
      ?? (parameterByteCount == 0
        ? nil
        : differ(
          "the alignment of the parameters", parameterAlignment, expected.parameterAlignment))
      ?? differ("the number of threads", threadCount, expected.threadCount)
      ?? differ("the size of clusters", clusterSize, expected.clusterSize)
      ?? differ("the register budget", registerBudget ?? 0, expected.registerBudget ?? 0)
      ?? differ("the size of the constants", constants.count, expected.constants.count)
    if let header { return header }
    for (index, (value, wanted)) in zip(constants, expected.constants).enumerated()
    where value != wanted {
      return "byte \(index) of the constants is \(value), not \(wanted)"
    }
    var renaming = Renaming()
    for (index, (instruction, wanted)) in zip(instructions, expected.instructions).enumerated() {
      guard let difference = renaming.difference(instruction, wanted) else { continue }
      let places = [instruction.origin, wanted.origin].compactMap { $0?.description }
      let place = places.isEmpty ? "" : " (\(places.joined(separator: ", ")))"
      return "instruction \(index)\(place): \(difference)"
    }
    return differ(
      "the number of instructions", instructions.count, expected.instructions.count)
  }
}

/// What one program's registers and labels are called in the other.
private struct Renaming {
  private var registers: [Register: Register] = [:]
  private var wantedRegisters: [Register: Register] = [:]
  private var labels: [Int: Int] = [:]
  private var wantedLabels: [Int: Int] = [:]

  mutating func difference(_ instruction: Instruction, _ wanted: Instruction) -> String? {
    let operations = "\(instruction.operation), not \(wanted.operation)"
    switch (instruction.operation, wanted.operation) {
    case (.label(let label), .label(let other)):
      guard matches(label, other) else { return "another label is here: \(operations)" }
    case (.branch(let label, let isUniform), .branch(let other, let isUniformToo)):
      guard matches(label, other), isUniform == isUniformToo else {
        return "the branch is \(operations)"
      }
    case (let operation, let other):
      guard operation.asBits == other.asBits else { return "the operation is \(operations)" }
    }
    if instruction.guard?.isNegated != wanted.guard?.isNegated
      || !matches(instruction.guard?.register, wanted.guard?.register)
    {
      return "the guard is \(text(instruction.guard)), not \(text(wanted.guard))"
    }
    guard instruction.results.count == wanted.results.count,
      instruction.sources.count == wanted.sources.count
    else { return "the numbers of operands differ" }
    for (index, (result, other)) in zip(instruction.results, wanted.results).enumerated()
    where !matches(result, other) {
      return "result \(index) of \(wanted.operation) is \(text(result)), not \(text(other))"
    }
    for (index, (source, other)) in zip(instruction.sources, wanted.sources).enumerated()
    where !matches(source, other) {
      return "source \(index) of \(wanted.operation) is \(source), not \(other)"
    }
    return nil
  }

  private mutating func matches(_ source: Operand, _ wanted: Operand) -> Bool {
    switch (source, wanted) {
    case (.register(let register), .register(let other)): return matches(register, other)
    case (
      .memory(.register(let register), let offset), .memory(.register(let other), let otherOffset)
    ):
      return offset == otherOffset && matches(register, other)
    default: return source == wanted
    }
  }

  private mutating func matches(_ register: Register?, _ wanted: Register?) -> Bool {
    guard let register, let wanted else { return register == nil && wanted == nil }
    guard register.class == wanted.class else { return false }
    return match(register, wanted, &registers, &wantedRegisters)
  }

  private mutating func matches(_ label: Int, _ wanted: Int) -> Bool {
    match(label, wanted, &labels, &wantedLabels)
  }

  /// Whether two names stand for each other and for nothing else.
  private func match<Name: Hashable>(
    _ name: Name, _ wanted: Name, _ names: inout [Name: Name], _ wantedNames: inout [Name: Name]
  ) -> Bool {
    if names[name] == nil, wantedNames[wanted] == nil {
      names[name] = wanted
      wantedNames[wanted] = name
    }
    return names[name] == wanted && wantedNames[wanted] == name
  }

  private func text(_ register: Register) -> String { "\(register.class) \(register.index)" }

  private func text(_ guard: Guard?) -> String {
    guard let `guard` else { return "none" }
    return (`guard`.isNegated ? "not " : "") + text(`guard`.register)
  }
}

extension Operation {
  /// The operation, with the types replaced that make no difference to the bits it gives.
  fileprivate var asBits: Operation {
    switch self {
    case .move(let type): return .move(type.asBits)
    case .load(var access):
      access.type = access.type.asBits
      return .load(access)
    case .store(var access):
      access.type = access.type.asBits
      return .store(access)
    case .select(let type): return .select(type.asBits)
    case .shuffle(let mode, let type): return .shuffle(mode, type.asBits)
    case .binary(let operation, .s32):
      switch operation {
      case .add, .subtract, .multiply, .and, .or, .xor, .shiftLeft: return .binary(operation, .u32)
      default: return self
      }
    case .ternary(.multiplyAdd, .s32): return .ternary(.multiplyAdd, .u32)
    case .unary(.not, .s32): return .unary(.not, .u32)
    case .compare(.equal, .s32): return .compare(.equal, .u32)
    case .compare(.notEqual, .s32): return .compare(.notEqual, .u32)
    case .atomic(.add, let space, .s32): return .atomic(.add, space, .u32)
    case .reduce(.add, let space, .s32): return .reduce(.add, space, .u32)
    default: return self
    }
  }
}

extension ValueType {
  /// The type that stands for all of its size.
  fileprivate var asBits: ValueType {
    switch self {
    case .predicate: .predicate
    case .f16: .f16
    case .f16x2, .bf16x2, .f32, .s32, .u32: .u32
    case .u64: .u64
    }
  }
}
