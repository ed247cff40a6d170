import Emulator
import KernelIR
import Tensors
import Testing

@Suite struct BlockTests {
  @Test func reportsOfAllThreadCountsAgree() throws {
    var kernel = Assembly(threadCount: 96, sharedByteCount: 384)
    kernel.grid = (5, 3, 2)
    let thread = kernel.thread()
    let block = kernel.value(.special(.blockX))
    let place = kernel.shared(thread, stride: 4)
    let value = kernel.product(thread.operand, block.operand)
    kernel.storeShared(place, value.operand)
    kernel.emit(.barrier(id: 0, threadCount: nil))
    let mirrored = kernel.value(.binary(.subtract, .u32), .immediate(95), thread.operand)
    let other = kernel.shared(mirrored, stride: 4)
    let start = kernel.label()
    let count = kernel.value(.move(.u32), .immediate(0))
    kernel.place(start)
    kernel.emit(.binary(.add, .u32), [count], [count.operand, .immediate(1)])
    let more = kernel.compare(.lessOrEqual, count.operand, block.operand)
    kernel.jump(start, if: more.holds)
    let got = kernel.loadShared(other)
    kernel.output(got, count)
    let first = try kernel.run()
    for threads in [2, 4, 64] {
      let next = try kernel.run(options: EmulatorOptions(threadCount: threads))
      #expect(next.words == first.words)
      #expect(next.report.instructions == first.report.instructions)
    }
    let want = (0..<30).flatMap { block in
      (0..<96).map { UInt32((95 - $0) * (block % 5)) }
    }
    #expect(first.words[0] == want)
  }

  @Test(arguments: [1, 2, 4])
  func theFirstFaultyBlockIsReported(threads: Int) throws {
    var kernel = Assembly()
    kernel.grid = (10, 10, 1)
    let (x, y) = (kernel.value(.special(.blockX)), kernel.value(.special(.blockY)))
    let sum = kernel.sum(x.operand, y.operand)
    let isFaulty = kernel.compare(.equal, sum.operand, .immediate(9))
    kernel.emit(
      .store(Access(.shared, .u32)), [], [.memory(.shared, offset: 0), sum.operand],
      if: isFaulty.holds, line: 1)
    let fault = try kernel.fault(options: EmulatorOptions(threadCount: threads))
    #expect(fault?.block == EmulatorFault.Block(x: 9, y: 0, z: 0))
    #expect(fault?.description.contains("kernel test, block (9, 0, 0), warp 0, lane 0") == true)
  }

  @Test func launchesThatAreNone() throws {
    let kernel = Assembly()
    let program = try EmulatedProgram(kernel.program)
    let memory = GlobalMemory()
    for (launch, words) in [
      (Launch(arguments: []), "8 bytes of parameters"),
      (Launch(grid: (0, 1, 1), struct: 0 as UInt64), "0×1×1"),
      (
        Launch(grid: (1 << 31, 65535, 65535), struct: 0 as UInt64),
        "a grid of 2147483648×65535×65535"
      ),
      (Launch(grid: (1, 70000, 1), struct: 0 as UInt64), "1×70000×1"),
      (Launch(sharedByteCount: 1 << 20, struct: 0 as UInt64), "shared memory"),
    ] {
      let error = #expect(throws: HewnError.self) {
        try Emulator.run(program, launch, memory: memory)
      }
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }

  @Test func programsThatAreNone() throws {
    let (b32, b64) = (Register(.b32, 0), Register(.b64, 0))
    func error(_ instructions: Instruction..., threads: Int = 32) -> String? {
      let program = Program(
        name: "wrong", parameterByteCount: 0, threadCount: threads, instructions: instructions)
      return #expect(throws: HewnError.self) { try EmulatedProgram(program) }?.message
    }
    #expect(error(threads: 33)?.contains("33 threads") == true)
    #expect(error(threads: 2048)?.contains("2048 threads") == true)
    let jump = Instruction(.branch(to: 3, isUniform: true))
    #expect(error(jump)?.contains("no label 3") == true)
    #expect(error(Instruction(.label(1)), Instruction(.label(1)))?.contains("twice") == true)
    let add = Instruction(
      .binary(.add, .u32), results: [b32], sources: [.register(b32), .register(b64)])
    #expect(error(add)?.contains("class") == true)
    let short = Instruction(.binary(.add, .u32), results: [b32], sources: [.register(b32)])
    #expect(error(short)?.contains("2 sources") == true)
    let barrier = Instruction(.barrier(id: 16, threadCount: nil))
    #expect(error(barrier)?.contains("there is no") == true)
    let store = Instruction(
      .store(Access(.constant, .u32)),
      sources: [.memory(.constants, offset: 0), .register(b32)])
    #expect(error(store)?.contains("there is no") == true)
  }
}
