import Emulator
import KernelIR
import Testing

@Suite struct CounterTests {
  /// The counters of one instruction.
  private func counters(
    _ kernel: Assembly, line: Int
  ) throws -> LaunchReport.Counters {
    let report = try kernel.run(options: EmulatorOptions(detectors: [])).report
    let index = kernel.instructions.firstIndex { $0.origin?.line == line }
    return report.instructions[index ?? 0]
  }

  /// Bytes that a lane accesses, between lanes, the lanes; wavefronts and their ideal number.
  @Test(arguments: [
    (4, 4, 32, 1, 1), (4, 8, 32, 2, 1), (4, 12, 32, 1, 1), (4, 128, 32, 32, 1), (4, 0, 32, 1, 1),
    (4, 128, 3, 3, 1), (4, 64, 32, 16, 1), (4, 132, 32, 1, 1),
    (8, 8, 32, 2, 2), (8, 0, 32, 2, 2), (8, 128, 32, 32, 2), (8, 8, 16, 1, 1), (8, 16, 32, 4, 2),
    (16, 16, 32, 4, 4), (16, 0, 32, 4, 4), (16, 128, 32, 32, 4), (16, 80, 32, 4, 4),
    (16, 32, 32, 8, 4), (16, 16, 9, 2, 2),
  ])
  func wavefronts(bytes: Int, stride: Int, lanes: Int, count: UInt64, ideal: UInt64) throws {
    for isStore in [false, true] {
      var kernel = Assembly(sharedByteCount: 32 * 144)
      let lane = kernel.lane()
      let place = kernel.shared(lane, stride: stride)
      let some = kernel.compare(.less, lane.operand, .immediate(UInt64(lanes)))
      let access = Access(.shared, .u32, count: bytes / 4)
      if isStore {
        let values = Array(repeating: lane.operand, count: bytes / 4)
        kernel.emit(.store(access), [], [place.memory()] + values, if: some.holds, line: 1)
      } else {
        let results = (0..<bytes / 4).map { _ in kernel.register() }
        kernel.emit(.load(access), results, [place.memory()], if: some.holds, line: 1)
      }
      let got = try counters(kernel, line: 1)
      let name = "\(bytes) bytes, stride \(stride), \(lanes) lanes"
      #expect(got.sharedWavefronts == count, "\(name)")
      #expect(got.idealSharedWavefronts == ideal, "\(name)")
      #expect(got.sharedRequests == 1 && got.executions == 1)
      #expect(got.activeLanes == UInt64(lanes))
    }
  }

  /// Rows of 128 bytes conflict, those of 144 or 16 do not.
  @Test(arguments: [(1, 128, 8, 1), (4, 128, 32, 4), (4, 144, 4, 4), (4, 16, 4, 4), (2, 64, 8, 2)])
  func wavefrontsOfMatrices(count: Int, stride: Int, wavefronts: UInt64, ideal: UInt64) throws {
    var kernel = Assembly(sharedByteCount: 32 * 144)
    let lane = kernel.lane()
    let place = kernel.shared(lane, stride: stride)
    let results = (0..<count).map { _ in kernel.register() }
    kernel.emit(.loadMatrix(count: count, transposed: false), results, [place.memory()], line: 1)
    let got = try counters(kernel, line: 1)
    #expect(got.sharedWavefronts == wavefronts, "\(count) matrices, stride \(stride)")
    #expect(got.idealSharedWavefronts == ideal)
  }

  @Test(arguments: [(0, 32), (4, 1), (128, 32)])
  func wavefrontsOfAtomics(stride: Int, wavefronts: UInt64) throws {
    var kernel = Assembly(sharedByteCount: 32 * 128)
    let lane = kernel.lane()
    let place = kernel.shared(lane, stride: stride)
    kernel.emit(.reduce(.add, .shared, .u32), [], [place.memory(), lane.operand], line: 1)
    #expect(try counters(kernel, line: 1).sharedWavefronts == wavefronts, "stride \(stride)")
  }

  @Test(arguments: [(4, 4, 4), (4, 8, 8), (4, 32, 32), (4, 0, 1), (16, 16, 16), (16, 64, 32)])
  func sectors(bytes: Int, stride: Int, count: UInt64) throws {
    let memory = GlobalMemory()
    let address = try memory.allocate(byteCount: 32 * 64)
    var kernel = Assembly()
    let output = kernel.value(
      .load(Access(.parameter, .u64)), .memory(.parameters, offset: 0), class: .b64)
    let lane = kernel.lane()
    let place = kernel.value(
      .multiplyAddWide(.u32), lane.operand, .immediate(UInt64(stride)), output.operand,
      class: .b64)
    let values = Array(repeating: lane.operand, count: bytes / 4)
    kernel.emit(
      .store(Access(.global, .u32, count: bytes / 4)), [], [place.memory()] + values, line: 1)
    let report = try Emulator.run(
      EmulatedProgram(kernel.program), Launch(struct: address), memory: memory)
    let total = report.total
    #expect(total.globalSectors == count, "\(bytes) bytes, stride \(stride)")
    #expect(total.globalRequests == 1)
    #expect(total.globalBytes == UInt64(32 * bytes))
    #expect(total.executions == 5)
    #expect(report.laneUtilization == 1)
  }

  @Test func classes() throws {
    var kernel = Assembly(threadCount: 64, sharedByteCount: 256)
    kernel.grid = (3, 1, 1)
    let thread = kernel.thread()
    let place = kernel.shared(thread, stride: 4)
    kernel.storeShared(place, thread.operand)
    let number = kernel.value(.convert(.f32FromU32), thread.operand, class: .f32)
    _ = kernel.value(.binary(.add, .f32), number.operand, number.operand, class: .f32)
    let start = kernel.label()
    let count = kernel.value(.move(.u32), .immediate(0))
    kernel.place(start)
    kernel.emit(.binary(.add, .u32), [count], [count.operand, .immediate(1)])
    let more = kernel.compare(.less, count.operand, .immediate(10))
    kernel.jump(start, if: more.holds, uniform: true)
    for threads in [1, 2] {
      for options in [EmulatorOptions(threadCount: threads), .fast] {
        let report = try kernel.run(options: options).report
        let want: [InstructionClass: UInt64] = [
          // The loop's comparisons and branches, and the end.
          .controlFlow: 21, .addressArithmetic: 2 + 10, .sharedMemory: 1, .floatingPoint: 2,
          .other: 3,
        ]
        for (`class`, count) in want {
          #expect(report.classes[`class`]?.executions == 6 * count, "\(`class`)")
        }
        #expect(report.total.executions == 6 * want.values.reduce(0, +))
      }
    }
  }
}
