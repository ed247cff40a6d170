internal import KernelIR
internal import Tensors

/// Turns a program into what the interpreter executes.
struct Decoder {
  let program: Program
  let layout: RegisterLayout
  private let flow: ControlFlow
  private(set) var code: [DecodedInstruction] = []
  private(set) var operandTable: [OperandOffset] = []
  private(set) var constants = ConstantTable()
  /// Instructions that wait for barriers in shared memory.
  private(set) var tryCount = 0
  /// Where each instruction of the program begins in `code`.
  private var starts: [Int] = []

  /// The address of the first byte of shared memory: not zero, as on devices of today, and a
  /// multiple of what layouts for matrix instructions ask for.
  static let sharedBase = 1024

  init(_ program: Program) throws(HewnError) {
    self.program = program
    layout = RegisterLayout(program.registerCounts)
    flow = try ControlFlow(program)
  }

  mutating func decode() throws(HewnError) {
    for (index, instruction) in program.instructions.enumerated() {
      starts.append(code.count)
      if flow.joins.contains(index) { code.append(DecodedInstruction(.join, index: index)) }
      if case .label = instruction.operation { continue }
      try append(instruction, index: index)
    }
    // A program that runs off its end is one that returns there.
    code.append(DecodedInstruction(.exit, index: program.instructions.count - 1))
    for (pc, instruction) in code.enumerated() where instruction.opcode == .branch {
      let source = program.instructions[Int(instruction.index)]
      guard case .branch(let label, _) = source.operation else { continue }
      code[pc].target = UInt32(starts[try flow.position(of: label, in: program)])
    }
  }

  // MARK: Operands

  private mutating func append(_ instruction: Instruction, index: Int) throws(HewnError) {
    guard instruction.operation.isDefined else {
      throw HewnError(
        .unsupported,
        "kernel \(program.name), instruction \(index): there is no \(instruction)")
    }
    let (results, sources) = try offsets(of: instruction, index: index)
    var decoded = DecodedInstruction(.nothing, index: index)
    if let guarding = instruction.guard {
      decoded.guarding = layout.offset(of: guarding.register)
      decoded.guardKind = guarding.isNegated ? .negated : .plain
    }
    if results.count == 1 { decoded.result = results[0] }
    if sources.count > 0 { decoded.a = sources[0] }
    if sources.count > 1 { decoded.b = sources[1] }
    if sources.count > 2 { decoded.c = sources[2] }
    if results.count > 1 || sources.count > 3 {
      decoded.target = UInt32(operandTable.count)
      operandTable += results + sources
      decoded.resultCount = UInt8(results.count)
      decoded.sourceCount = UInt8(sources.count)
    }
    if let result = instruction.results.first {
      decoded.resultByteCount = result.class == .b64 ? 8 : 4
    }
    if case .sharedAddress = instruction.operation {
      decoded.a = constants.offset(of: UInt64(Self.sharedBase), as: .b32)
    }
    var offsets: [Int32] = []
    for case .memory(_, let offset) in instruction.sources {
      guard let offset = Int32(exactly: offset) else {
        throw HewnError(
          .unsupported, "kernel \(program.name), instruction \(index): an offset of \(offset)")
      }
      offsets.append(offset)
    }
    if offsets.count > 0 { decoded.immediate = Int(offsets[0]) }
    if offsets.count > 1 { decoded.secondImmediate = offsets[1] }
    if offsets.count > 2 { operandTable.append(OperandOffset(bitPattern: offsets[2])) }
    switch instruction.operation {
    case .barrierTest, .barrierTry, .barrierTryCluster:
      decoded.target = UInt32(tryCount)
      tryCount += 1
    default: break
    }
    code += try decoded.completed(for: instruction, in: program)
  }

  /// The offsets of an instruction's operands, after a look whether they fit its operation.
  private mutating func offsets(
    of instruction: Instruction, index: Int
  ) throws(HewnError) -> (results: [OperandOffset], sources: [OperandOffset]) {
    let signature = instruction.operation.signature
    func fail(_ what: String) -> HewnError {
      HewnError(
        .invalidArgument,
        "kernel \(program.name), instruction \(index): \(what): \(instruction)")
    }
    guard instruction.results.count == signature.resultCount,
      instruction.sources.count == signature.sourceCount
    else {
      throw fail("takes \(signature.resultCount) results and \(signature.sourceCount) sources")
    }
    if let guarding = instruction.guard, guarding.register.class != .predicate {
      throw fail("a guard is a predicate")
    }
    let resultGroups = signature.results.flatMap { Array(repeating: $0, count: $0.count) }
    for (result, group) in zip(instruction.results, resultGroups) where !group.takes(result.class) {
      throw fail("result \(result) is of another class")
    }
    var sources: [OperandOffset] = []
    let sourceGroups = signature.sources.flatMap { Array(repeating: $0, count: $0.count) }
    for (source, group) in zip(instruction.sources, sourceGroups) {
      switch (source, group.kind) {
      case (.register, .memory), (.immediate, .memory):
        throw fail("a value where an address belongs")
      case (.register(let register), _), (.memory(.register(let register), _), .memory):
        guard group.takes(register.class) else { throw fail("\(register) is of another class") }
        sources.append(layout.offset(of: register))
      case (.immediate(let bits), _):
        sources.append(constants.offset(of: bits, as: group.registerClass))
      case (.memory(.shared, _), .memory):
        sources.append(constants.offset(of: UInt64(Self.sharedBase), as: .b32))
      case (.memory, .memory):
        sources.append(constants.offset(of: 0, as: group.registerClass))
      case (.memory, _): throw fail("an address where a value belongs")
      }
    }
    return (instruction.results.map(layout.offset(of:)), sources)
  }
}

extension Signature.Group {
  /// Whether a register of a class may stand here; f32 and b32 registers hold the same bits.
  fileprivate func takes(_ class: RegisterClass) -> Bool {
    accepts(`class`) || (registerClass == .b32 && `class` == .f32)
      || (registerClass == .f32 && `class` == .b32)
  }

  /// The class of the registers that belong here.
  fileprivate var registerClass: RegisterClass {
    switch kind {
    case .value(let type): type.registerClass
    case .bits(1): .predicate
    case .bits(16): .b16
    case .bits(64): .b64
    case .bits: .b32
    case .memory(let space): space == .global || space == .parameter ? .b64 : .b32
    }
  }
}
