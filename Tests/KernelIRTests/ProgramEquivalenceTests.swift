import KernelIR
import Testing

struct ProgramEquivalenceTests {
  private static func r(_ index: Int) -> Register { Register(.b32, index) }

  /// A loop; numbers say what registers and the label are called.
  private static func program(
    r0: Int = 0, r1: Int = 1, p: Int = 0, label: Int = 0, sum: Operation = .binary(.add, .u32),
    step: UInt64 = 1, offset: Int = 0, negated: Bool = false, uniform: Bool = false
  ) -> Program {
    Program(
      name: "loop", parameterByteCount: 8, threadCount: 32, constants: [1, 2],
      instructions: [
        Instruction(
          .load(Access(.parameter, .u32)), results: [r(r0)],
          sources: [.memory(.parameters, offset: offset)]),
        Instruction(.label(label)),
        Instruction(sum, results: [r(r1)], sources: [.register(r(r0)), .immediate(step)]),
        Instruction(
          .compare(.less, .u32), results: [Register(.predicate, p)],
          sources: [.register(r(r1)), .register(r(r0))]),
        Instruction(
          .branch(to: label, isUniform: uniform),
          guard: Guard(Register(.predicate, p), negated: negated)),
        Instruction(.return),
      ])
  }

  @Test(arguments: [
    program(), program(r0: 7, r1: 3), program(r0: 1, r1: 0), program(p: 4, label: 9),
    program(sum: .binary(.add, .s32)),
  ])
  func same(_ program: Program) {
    #expect(program.difference(from: Self.program()) == nil)
    #expect(Self.program().difference(from: program) == nil)
  }

  @Test(arguments: [
    (program(r1: 0), "instruction 2: result 0 of add.u32"),
    (program(sum: .binary(.subtract, .u32)), "instruction 2: the operation is"),
    (program(step: 2), "instruction 2: source 1 of add.u32"),
    (program(offset: 4), "instruction 0: source 0 of load"),
    (program(negated: true), "instruction 4: the guard is not predicate 0, not predicate 0"),
    (program(uniform: true), "instruction 4: the branch is"),
  ])
  func different(_ program: Program, _ message: String) {
    let difference = program.difference(from: Self.program())
    #expect(difference?.hasPrefix(message) == true, "got \(difference ?? "none"), want \(message)")
    #expect(Self.program().difference(from: program) != nil)
  }

  @Test func differentHeaders() {
    let wanted = Self.program()
    let changes: [(inout Program) -> Void] = [
      { $0.name = "other" }, { $0.parameterByteCount = 16 }, { $0.parameterAlignment = 4 },
      { $0.threadCount = 64 }, { $0.clusterSize = 2 }, { $0.registerBudget = 32 },
      { $0.constants = [1] },
      { $0.constants = [1, 3] }, { $0.instructions.removeLast() },
      { $0.instructions.append(Instruction(.return)) },
      { $0.instructions[2].operation = .binary(.min, .s32) },
    ]
    for (index, change) in changes.enumerated() {
      var program = wanted
      change(&program)
      #expect(program.difference(from: wanted) != nil, "change \(index)")
    }
  }

  /// Bits that are moved have no type; numbers that are compared or widened have.
  @Test(arguments: [
    (Operation.move(.f16x2), Operation.move(.u32), true),
    (.load(Access(.global, .bf16x2, count: 2)), .load(Access(.global, .u32, count: 2)), true),
    (.store(Access(.shared, .s32)), .store(Access(.shared, .u32)), true),
    (.select(.f16x2), .select(.s32), true), (.shuffle(.up, .f32), .shuffle(.up, .u32), true),
    (.compare(.equal, .s32), .compare(.equal, .u32), true),
    (.compare(.less, .s32), .compare(.less, .u32), false),
    (.binary(.min, .s32), .binary(.min, .u32), false),
    (.binary(.shiftRight, .s32), .binary(.shiftRight, .u32), false),
    (.binary(.shiftLeft, .s32), .binary(.shiftLeft, .u32), true),
    (.binary(.add, .f16x2), .binary(.add, .bf16x2), false),
    (.load(Access(.global, .u32)), .load(Access(.global, .u32, cache: .readOnly)), false),
    (.load(Access(.global, .u32)), .load(Access(.shared, .u32)), false),
    (.move(.u64), .move(.u32), false),
  ])
  func types(_ operation: Operation, _ other: Operation, areSame: Bool) {
    func program(_ operation: Operation) -> Program {
      Program(
        name: "", parameterByteCount: 0, threadCount: 32, instructions: [Instruction(operation)])
    }
    let difference = program(operation).difference(from: program(other))
    #expect((difference == nil) == areSame, "\(operation), \(other): \(difference ?? "none")")
  }
}
