import Emulator
import KernelIR
import Testing

@Suite struct ControlFlowTests {
  /// `if lane < 8 { if lane < 4 { 1 } else { 2 } } else { 3 }`, then a shuffle of the whole warp.
  @Test func conditionsNest() throws {
    var kernel = Assembly()
    let lane = kernel.lane()
    let value = kernel.value(.move(.u32), .immediate(0))
    let (outerElse, innerElse, innerEnd, end) = (
      kernel.label(), kernel.label(), kernel.label(), kernel.label()
    )
    let outer = kernel.compare(.less, lane.operand, .immediate(8))
    kernel.jump(outerElse, if: outer.fails)
    let inner = kernel.compare(.less, lane.operand, .immediate(4))
    kernel.jump(innerElse, if: inner.fails)
    kernel.emit(.move(.u32), [value], [.immediate(1)])
    kernel.jump(innerEnd)
    kernel.place(innerElse)
    kernel.emit(.move(.u32), [value], [.immediate(2)])
    kernel.place(innerEnd)
    kernel.jump(end)
    kernel.place(outerElse)
    kernel.emit(.move(.u32), [value], [.immediate(3)])
    kernel.place(end)
    let other = kernel.value(
      .shuffle(.exclusiveOr, .u32), value.operand, .immediate(31), .immediate(31))
    kernel.output(value, other)
    let words = try kernel.run().words
    let want: [UInt32] = (0..<32).map { (lane: Int) -> UInt32 in
      lane < 4 ? 1 : lane < 8 ? 2 : 3
    }
    #expect(words[0] == want)
    #expect(words[1] == want.reversed())
  }

  /// Each lane repeats a loop as often as its number says, plus one.
  @Test func loopsEndLaneByLane() throws {
    var kernel = Assembly()
    let lane = kernel.lane()
    let count = kernel.value(.move(.u32), .immediate(0))
    let start = kernel.label()
    kernel.place(start)
    kernel.emit(.binary(.add, .u32), [count], [count.operand, .immediate(1)])
    let more = kernel.compare(.lessOrEqual, count.operand, lane.operand)
    kernel.jump(start, if: more.holds)
    let votes = kernel.value(.ballot, more.operand)
    kernel.output(count, votes)
    let (words, report) = try kernel.run()
    #expect(words[0] == (1...32).map { $0 })
    #expect(words[1] == Array(repeating: 0, count: 32))
    let additions = report.instructions[3]
    #expect(additions.executions == 32)
    #expect(additions.activeLanes == 32 * 33 / 2)
  }

  /// Lanes leave a loop from within a condition; the others meet behind the condition in every
  /// round, or the vote would find lanes missing.
  @Test func lanesLeaveLoopsWithinConditions() throws {
    var kernel = Assembly()
    let lane = kernel.lane()
    let count = kernel.value(.move(.u32), .immediate(0))
    let sum = kernel.value(.move(.u32), .immediate(0))
    let (start, past, end) = (kernel.label(), kernel.label(), kernel.label())
    kernel.place(start)
    let odd = kernel.value(.binary(.and, .u32), lane.operand, .immediate(1))
    let isOdd = kernel.compare(.equal, odd.operand, .immediate(1))
    kernel.jump(past, if: isOdd.fails)
    kernel.emit(.binary(.add, .u32), [sum], [sum.operand, .immediate(100)])
    let leaves = kernel.compare(.equal, count.operand, lane.operand)
    kernel.jump(end, if: leaves.holds)
    kernel.place(past)
    kernel.emit(.binary(.add, .u32), [sum], [sum.operand, .immediate(1)])
    kernel.emit(.binary(.add, .u32), [count], [count.operand, .immediate(1)])
    let more = kernel.compare(.less, count.operand, .immediate(40))
    kernel.jump(start, if: more.holds)
    kernel.place(end)
    kernel.emit(.warpBarrier)
    let all = kernel.value(.vote(.all), more.operand, class: .predicate)
    let flag = kernel.value(.select(.u32), .immediate(7), .immediate(8), all.operand)
    kernel.output(sum, flag)
    let (words, report) = try kernel.run()
    let want = (0..<32).map { lane -> UInt32 in
      lane % 2 == 0 ? 40 : UInt32(lane * 101 + 100)
    }
    #expect(words[0] == want)
    #expect(words[1] == Array(repeating: 8, count: 32))
    let round = kernel.instructions.firstIndex { $0.results == [count] && $0.sources.count == 2 }
    #expect(report.instructions[round ?? 0].executions == 40, "lanes run together")
  }

  @Test func lanesReturnEarly() throws {
    var kernel = Assembly()
    let lane = kernel.lane()
    let late = kernel.compare(.greaterOrEqual, lane.operand, .immediate(20))
    kernel.emit(.return, if: late.holds)
    kernel.output(lane)
    let words = try kernel.run().words
    #expect(words[0] == (0..<32).map { $0 < 20 ? $0 : ~0 })
  }

  @Test func guardsMaskLanes() throws {
    var kernel = Assembly()
    let lane = kernel.lane()
    let wide = kernel.value(.convert(.u64FromU32), lane.operand, class: .b64)
    let value = kernel.value(.move(.u32), .immediate(5))
    let early = kernel.compare(.less, lane.operand, .immediate(3))
    kernel.emit(.move(.u32), [value], [lane.operand], if: early.fails)
    kernel.emit(.binary(.add, .u64), [wide], [wide.operand, .immediate(1 << 32)], if: early.holds)
    let (low, high) = (kernel.register(), kernel.register())
    kernel.emit(.unpack(.u64), [low, high], [wide.operand])
    kernel.output(value, low, high)
    let words = try kernel.run().words
    #expect(words[0] == (0..<32).map { $0 < 3 ? 5 : $0 })
    #expect(words[1] == (0..<32).map { $0 })
    #expect(words[2] == (0..<32).map { $0 < 3 ? 1 : 0 })
  }

  @Test func disagreementAtUniformBranches() throws {
    var kernel = Assembly()
    let lane = kernel.lane()
    let end = kernel.label()
    let early = kernel.compare(.less, lane.operand, .immediate(3))
    kernel.jump(end, if: early.holds, uniform: true)
    kernel.place(end)
    try expect(kernel, faults: .divergence, "agree")
    try expect(kernel, faults: nil, options: .fast)
  }

  @Test func endlessLoops() throws {
    var kernel = Assembly()
    let start = kernel.label()
    kernel.place(start)
    kernel.jump(start)
    try expect(
      kernel, faults: .instructionLimit, "more than 100000",
      options: EmulatorOptions(instructionLimit: 100_000))
  }
}
