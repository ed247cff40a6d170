/// Builds a ``Kernel``: Swift code that reads like the algorithm and leaves its instructions here.
///
///     let kernel = try Kernel.build("scale_f32", arguments: ScaleArguments.self, threads: 256) { k, a in
///       let i = k.blockIndex.x * 256 + k.threadIndex
///       k.if(i < a.count) { a.y[i] = a.x[i] * a.factor }
///     }
///
/// Ordinary Swift loops unroll, since they run while the kernel is built. What does not depend on
/// threads' paths (parameters, special registers, constants that PTX wants in registers) is
/// emitted once, at the start of the kernel.
package final class KernelBuilder {
  /// What is emitted once, before everything else.
  private var prologue: [Statement] = []
  private var prologueResults: [PrologueKey: Register] = [:]
  /// The statements of each open block, outermost first.
  private var blocks: [[Statement]] = [[]]
  private var registerCounts: [RegisterClass: Int] = [:]
  private(set) var registerNames: [Register: String] = [:]
  private(set) var sharedByteCount = 0
  private(set) var constants: [UInt8] = []
  /// The last line of kernel source that is known; operators cannot tell theirs.
  var origin: SourceLine?

  private struct PrologueKey: Hashable {
    var operation: Operation
    var sources: [Operand]
  }

  init() {}

  var statements: [Statement] { prologue + (blocks.first ?? []) }

  // MARK: Registers

  package func newRegister(_ type: ValueType) -> Register {
    let `class` = type.registerClass
    let index = registerCounts[`class`, default: 0]
    registerCounts[`class`] = index + 1
    return Register(`class`, index)
  }

  /// A register of its own, which can be assigned again.
  package func variable<T>(
    _ type: T.Type = T.self, _ name: String? = nil, initially value: Value<T>? = nil
  ) -> Variable<T> {
    let variable = Variable<T>(newRegister(T.type), self)
    if let name {
      let sameNames = registerNames.values.count { $0 == name || $0.hasPrefix("\(name).") }
      registerNames[variable.register] = sameNames == 0 ? name : "\(name).\(sameNames)"
    }
    if let value { variable.value = value }
    return variable
  }

  /// As many variables, each with the same first value.
  package func variables<T>(
    _ count: Int, _ type: T.Type = T.self, initially value: Value<T>? = nil
  ) -> [Variable<T>] {
    (0..<count).map { _ in variable(initially: value) }
  }

  // MARK: Emitting

  func append(_ statement: Statement) { blocks[blocks.count - 1].append(statement) }

  package func emit(_ operation: Operation, results: [Register] = [], sources: [Operand] = []) {
    append(
      .instruction(
        Instruction(
          operation, results: results, sources: legal(sources, of: operation), origin: origin)))
  }

  /// Emits an operation with one result in a new register.
  package func result<T>(of operation: Operation, _ sources: [Operand]) -> Value<T> {
    let register = newRegister(T.type)
    emit(operation, results: [register], sources: sources)
    return Value(.register(register), self)
  }

  /// The result of an operation that is the same everywhere in the kernel, computed at its start.
  func once<T>(_ operation: Operation, _ sources: [Operand] = []) -> Value<T> {
    let key = PrologueKey(operation: operation, sources: sources)
    if let register = prologueResults[key] { return Value(.register(register), self) }
    let register = newRegister(T.type)
    prologue.append(
      .instruction(Instruction(operation, results: [register], sources: sources, origin: origin)))
    prologueResults[key] = register
    return Value(.register(register), self)
  }

  /// The operands with constants in registers where PTX allows no constant.
  private func legal(_ sources: [Operand], of operation: Operation) -> [Operand] {
    guard sources.contains(where: { if case .immediate = $0 { true } else { false } }) else {
      return sources
    }
    let kinds = operation.signature.sources.flatMap { group in
      Array(repeating: group, count: group.count)
    }
    return zip(sources, kinds).map { operand, group in
      guard case .immediate = operand, !operation.allowsConstant(in: group),
        case .value(let type) = group.kind
      else { return operand }
      return register(holding: operand, type)
    }
  }

  private func register(holding operand: Operand, _ type: ValueType) -> Operand {
    if type == .predicate {
      // PTX has no predicate constants.
      let one: Value<U32> = once(.move(.u32), [.immediate(1)])
      let value: Value<Predicate> = once(.compare(.equal, .u32), [one.operand, operand])
      return value.operand
    }
    let key = PrologueKey(operation: .move(type), sources: [operand])
    if let register = prologueResults[key] { return .register(register) }
    let register = newRegister(type)
    prologue.append(
      .instruction(
        Instruction(.move(type), results: [register], sources: [operand], origin: origin)))
    prologueResults[key] = register
    return .register(register)
  }

  // MARK: Blocks

  /// The statements that `body` emits.
  func block(_ body: () -> Void) -> [Statement] {
    blocks.append([])
    body()
    return blocks.removeLast()
  }

  // MARK: Memory of the kernel

  func allocateShared(byteCount: Int, alignment: Int) -> Int {
    let offset = (sharedByteCount + alignment - 1) / alignment * alignment
    sharedByteCount = offset + byteCount
    return offset
  }

  func allocateConstants(_ bytes: [UInt8]) -> Int {
    let padding = (16 - constants.count % 16) % 16
    constants += Array(repeating: 0, count: padding)
    defer { constants += bytes }
    return constants.count
  }
}

extension Operation {
  /// Whether PTX allows a constant at an operand of a group.
  package func allowsConstant(in group: Signature.Group) -> Bool {
    guard !group.isVector else { return false }
    switch group.kind {
    case .memory: return false
    case .bits: return true
    case .value(let type):
      guard [.f32, .s32, .u32, .u64].contains(type) else { return false }
      switch self {
      case .binary, .ternary, .compare, .select, .multiplyWide, .multiplyAddWide, .shuffle,
        .asyncCopy, .store, .barrierInit, .barrierExpect, .barrierTest, .barrierTry,
        .barrierTryCluster, .remoteAddress:
        return true
      default: return false
      }
    }
  }
}
