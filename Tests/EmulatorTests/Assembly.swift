import Emulator
import KernelIR
import Tensors
import Testing

/// A kernel that a test writes instruction by instruction. Its parameter is the address of an array
/// of words, `output`, with `wordsPerThread` for each thread of the grid.
struct Assembly {
  private(set) var instructions: [Instruction] = []
  private var counts: [RegisterClass: Int] = [:]
  private var labelCount = 0
  var threadCount = 32
  var clusterSize = 1
  var sharedByteCount = 0
  var registerBudget: Int?
  var constants: [UInt8] = []
  var wordsPerThread = 1
  var grid = (x: 1, y: 1, z: 1)

  init(threadCount: Int = 32, sharedByteCount: Int = 0) {
    self.threadCount = threadCount
    self.sharedByteCount = sharedByteCount
  }

  // MARK: Instructions

  mutating func register(_ class: RegisterClass = .b32) -> Register {
    defer { counts[`class`, default: 0] += 1 }
    return Register(`class`, counts[`class`] ?? 0)
  }

  mutating func label() -> Int {
    defer { labelCount += 1 }
    return labelCount
  }

  mutating func emit(
    _ operation: Operation, _ results: [Register] = [], _ sources: [Operand] = [],
    if guarding: Guard? = nil, line: Int = #line
  ) {
    instructions.append(
      Instruction(
        operation, results: results, sources: sources, guard: guarding,
        origin: SourceLine(file: "test", line: line)))
  }

  /// Emits an operation with one result and returns it.
  mutating func value(
    _ operation: Operation, _ sources: Operand..., class: RegisterClass = .b32,
    if guarding: Guard? = nil, line: Int = #line
  ) -> Register {
    let result = register(`class`)
    emit(operation, [result], sources, if: guarding, line: line)
    return result
  }

  mutating func place(_ label: Int) { emit(.label(label)) }
  mutating func jump(_ label: Int, if guarding: Guard? = nil, uniform: Bool = false) {
    emit(.branch(to: label, isUniform: uniform), if: guarding)
  }

  // MARK: What most kernels need

  mutating func thread() -> Register { value(.special(.threadX)) }
  mutating func lane() -> Register { value(.special(.lane)) }

  mutating func compare(_ comparison: Comparison, _ a: Operand, _ b: Operand) -> Register {
    value(.compare(comparison, .u32), a, b, class: .predicate)
  }

  /// `a + b` of u32.
  mutating func sum(_ a: Operand, _ b: Operand) -> Register { value(.binary(.add, .u32), a, b) }
  mutating func product(_ a: Operand, _ b: Operand) -> Register {
    value(.binary(.multiply, .u32), a, b)
  }

  /// An address in shared memory: `offset + index · stride`.
  mutating func shared(_ index: Register, stride: Int, offset: Int = 0) -> Register {
    let base = value(.sharedAddress)
    let start = sum(base.operand, .immediate(UInt64(offset)))
    return value(
      .ternary(.multiplyAdd, .u32), index.operand, .immediate(UInt64(stride)), start.operand)
  }

  mutating func storeShared(_ address: Register, _ value: Operand, line: Int = #line) {
    emit(.store(Access(.shared, .u32)), [], [address.memory(), value], line: line)
  }

  mutating func loadShared(_ address: Register, line: Int = #line) -> Register {
    value(.load(Access(.shared, .u32)), address.memory(), line: line)
  }

  /// The address of the thread's words of the output.
  mutating func outputAddress() -> Register {
    let output = value(
      .load(Access(.parameter, .u64)), .memory(.parameters, offset: 0), class: .b64)
    let (x, y, z) = (
      value(.special(.blockX)), value(.special(.blockY)), value(.special(.blockZ))
    )
    let (countX, countY) = (value(.special(.blockCountX)), value(.special(.blockCountY)))
    let plane = value(.ternary(.multiplyAdd, .u32), z.operand, countY.operand, y.operand)
    let block = value(.ternary(.multiplyAdd, .u32), plane.operand, countX.operand, x.operand)
    let thread = thread()
    let index = value(
      .ternary(.multiplyAdd, .u32), block.operand, .immediate(UInt64(threadCount)), thread.operand)
    return value(
      .multiplyAddWide(.u32), index.operand, .immediate(UInt64(4 * wordsPerThread)),
      output.operand, class: .b64)
  }

  /// Stores the thread's words of the output.
  mutating func output(_ values: Register...) {
    wordsPerThread = values.count
    let address = outputAddress()
    for (index, value) in values.enumerated() {
      emit(.store(Access(.global, .u32)), [], [address.memory(4 * index), value.operand])
    }
  }

  // MARK: Running

  var program: Program {
    Program(
      name: "test", parameterByteCount: 8, threadCount: threadCount, clusterSize: clusterSize,
      registerBudget: registerBudget, constants: constants,
      instructions: instructions + [Instruction(.return)])
  }

  /// Runs it, and returns the output: for each word of a thread those of all threads.
  func run(
    options: EmulatorOptions = EmulatorOptions()
  ) throws -> (words: [[UInt32]], report: LaunchReport) {
    let memory = GlobalMemory()
    let count = grid.x * grid.y * grid.z * threadCount
    let address = try memory.allocate(byteCount: count * wordsPerThread * 4)
    let report = try Emulator.run(
      EmulatedProgram(program),
      Launch(grid: grid, sharedByteCount: sharedByteCount, struct: address), memory: memory,
      options: options)
    let words = try memory.read(UInt32.self, count: count * wordsPerThread, from: address)
    let columns = (0..<wordsPerThread).map { word in
      (0..<count).map { words[$0 * wordsPerThread + word] }
    }
    return (columns, report)
  }

  /// The fault that it ends in.
  func fault(options: EmulatorOptions = EmulatorOptions()) throws -> EmulatorFault? {
    do {
      _ = try run(options: options)
      return nil
    } catch let fault as EmulatorFault {
      return fault
    }
  }
}

extension Register {
  var operand: Operand { .register(self) }
  func memory(_ offset: Int = 0) -> Operand { .memory(.register(self), offset: offset) }
  var holds: Guard { Guard(self) }
  var fails: Guard { Guard(self, negated: true) }
}

/// Expects a fault of a kind, in an instruction of a line, with words in its message; nil expects
/// none.
func expect(
  _ assembly: Assembly, faults kind: EmulatorFault.Kind?, _ words: String = "",
  line: Int? = nil, lane: Int? = nil, options: EmulatorOptions = EmulatorOptions(),
  at location: SourceLocation = #_sourceLocation
) throws {
  let fault = try assembly.fault(options: options)
  let got = fault?.description ?? "no fault"
  #expect(fault?.kind == kind, "\(got)", sourceLocation: location)
  guard let fault else { return }
  #expect(
    fault.description.contains(words), "\(words) in \(got)", sourceLocation: location)
  if let line {
    #expect(fault.instruction.origin?.line == line, "\(got)", sourceLocation: location)
  }
  if let lane { #expect(fault.lane == lane, "\(got)", sourceLocation: location) }
}
