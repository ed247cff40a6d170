import Emulator
import KernelIR
import Testing

@Suite struct BarrierTests {
  /// Two warps hand words to each other through a ring of one slot and two barriers.
  private func ring(
    rounds: Int, test: Operation = .barrierTry, waitsForSpace: Bool = true, parityOffset: Int = 0,
    storesAgain: Bool = false, order: Operation? = .barrier(id: 0, threadCount: nil),
    retries: Bool = true
  ) -> Assembly {
    var kernel = Assembly(threadCount: 64, sharedByteCount: 16 + 128)
    let (thread, lane) = (kernel.thread(), kernel.lane())
    let zero = kernel.value(.move(.u32), .immediate(0))
    let full = kernel.shared(zero, stride: 0)
    let empty = kernel.shared(zero, stride: 0, offset: 8)
    let slot = kernel.shared(lane, stride: 4, offset: 16)
    let first = kernel.compare(.equal, thread.operand, .immediate(0))
    kernel.emit(.barrierInit, [], [full.memory(), .immediate(32)], if: first.holds)
    kernel.emit(.barrierInit, [], [empty.memory(), .immediate(32)], if: first.holds)
    if let order { kernel.emit(order) }
    let isReader = kernel.compare(.greaterOrEqual, thread.operand, .immediate(32))
    let (reader, end) = (kernel.label(), kernel.label())
    let total = kernel.value(.move(.u32), .immediate(0))
    func wait(_ barrier: Register, parity: Int) {
      let again = kernel.label()
      kernel.place(again)
      let over = kernel.value(
        test, barrier.memory(), .immediate(UInt64(parity & 1)), class: .predicate, line: 7)
      if retries { kernel.jump(again, if: over.fails) }
    }
    kernel.jump(reader, if: isReader.holds, uniform: true)
    for round in 0..<rounds {
      if waitsForSpace { wait(empty, parity: round + 1) }
      let value = kernel.sum(lane.operand, .immediate(UInt64(round * 100)))
      kernel.storeShared(slot, value.operand, line: 1)
      kernel.emit(.barrierArriveShared, [], [full.memory()])
    }
    if storesAgain { kernel.storeShared(slot, lane.operand, line: 3) }
    kernel.jump(end, uniform: true)
    kernel.place(reader)
    for round in 0..<rounds {
      wait(full, parity: round + parityOffset)
      let value = kernel.loadShared(slot, line: 2)
      kernel.emit(.binary(.add, .u32), [total], [total.operand, value.operand])
      kernel.emit(.barrierArriveShared, [], [empty.memory()])
    }
    kernel.place(end)
    kernel.output(total)
    return kernel
  }

  @Test(arguments: [Operation.barrierTry, .barrierTest])
  func phasesAlternate(test: Operation) throws {
    let words = try ring(rounds: 5, test: test).run().words[0]
    let want: [UInt32] = (0..<32).map { 5 * $0 + 1000 }
    #expect(Array(words.suffix(32)) == want)
  }

  @Test func writesWithoutWaitingForReaders() throws {
    try expect(ring(rounds: 3, storesAgain: true), faults: .race, "warp 0 has written", line: 2)
    // The phase that the reader waits for is over, and so is the next, which looks like the one
    // before.
    try expect(ring(rounds: 2, waitsForSpace: false), faults: .deadlock)
  }

  @Test(arguments: [Operation.barrierTry, .barrierTest])
  func waitsForTheWrongPhase(test: Operation) throws {
    try expect(ring(rounds: 2, test: test, parityOffset: 1), faults: .uninitializedMemory, line: 2)
  }

  @Test func usesOfBarriersThatAreNotOrderedBehindTheirMaking() throws {
    try expect(
      ring(rounds: 2, order: nil), faults: .race, "the making of the barrier by lane 0 of warp 0",
      line: 7, lane: 1)
    // The other lanes of the warp know, the other warp does not.
    try expect(
      ring(rounds: 2, order: .warpBarrier), faults: .race, "the making of the barrier", line: 7,
      lane: 0)
    try expect(ring(rounds: 2, order: nil), faults: nil, options: .fast)
  }

  /// A wait may end before its phase does.
  @Test(arguments: [Operation.barrierTry, .barrierTest])
  func waitsThatAreNotRepeated(test: Operation) throws {
    let once = ring(rounds: 1, test: test, waitsForSpace: false, retries: false)
    try expect(once, faults: .race, line: 1, options: EmulatorOptions(detectors: .races))
    try expect(ring(rounds: 1, test: test, waitsForSpace: false), faults: nil)
  }

  @Test(arguments: [Operation.barrierTry, .barrierTest])
  func phasesThatNeverEnd(test: Operation) throws {
    var kernel = Assembly(threadCount: 64, sharedByteCount: 8)
    let thread = kernel.thread()
    let zero = kernel.value(.move(.u32), .immediate(0))
    let barrier = kernel.shared(zero, stride: 0)
    let first = kernel.compare(.equal, thread.operand, .immediate(0))
    kernel.emit(.barrierInit, [], [barrier.memory(), .immediate(65)], if: first.holds)
    kernel.emit(.barrier(id: 0, threadCount: nil))
    kernel.emit(.barrierArriveShared, [], [barrier.memory()])
    let again = kernel.label()
    kernel.place(again)
    let over = kernel.value(test, barrier.memory(), .immediate(0), class: .predicate, line: 3)
    kernel.jump(again, if: over.fails)
    try expect(kernel, faults: .deadlock, "warps 0–1 wait for the phase", line: 3)
  }

  @Test func barriersThatWereNotMade() throws {
    var kernel = Assembly(sharedByteCount: 8)
    let zero = kernel.value(.move(.u32), .immediate(0))
    let barrier = kernel.shared(zero, stride: 0)
    kernel.emit(.barrierArriveShared, [], [barrier.memory()], line: 1)
    try expect(kernel, faults: .barrierMisuse, "no barrier", line: 1)
  }

  @Test func tooManyArrivals() throws {
    var kernel = Assembly(sharedByteCount: 8)
    let zero = kernel.value(.move(.u32), .immediate(0))
    let barrier = kernel.shared(zero, stride: 0)
    let elected = kernel.value(.electOne, class: .predicate)
    kernel.emit(.barrierInit, [], [barrier.memory(), .immediate(1)], if: elected.holds)
    kernel.emit(.warpBarrier)
    kernel.emit(.barrierExpect, [], [barrier.memory(), .immediate(64)], if: elected.holds)
    kernel.emit(.barrierArriveShared, [], [barrier.memory()], if: elected.holds, line: 1)
    try expect(kernel, faults: .barrierMisuse, "more than the 1 arrivals", line: 1)
  }

  // MARK: Barriers of the block

  @Test func barriersThatAWarpMisses() throws {
    var kernel = Assembly(threadCount: 96)
    let thread = kernel.thread()
    let late = kernel.compare(.greaterOrEqual, thread.operand, .immediate(64))
    kernel.emit(.return, if: late.holds)
    kernel.emit(.barrier(id: 0, threadCount: nil), line: 1)
    try expect(
      kernel, faults: .deadlock, "64 of 96 threads have arrived; warps 2 have returned", line: 1)
  }

  @Test func barriersThatLanesMiss() throws {
    var kernel = Assembly(threadCount: 64)
    let lane = kernel.lane()
    let end = kernel.label()
    let early = kernel.compare(.less, lane.operand, .immediate(3))
    kernel.jump(end, if: early.holds)
    kernel.emit(.barrier(id: 0, threadCount: nil), line: 1)
    kernel.place(end)
    for options in [EmulatorOptions(), .fast] {
      try expect(
        kernel, faults: .divergence, "lanes 0–2", line: 1, lane: 0, options: options)
    }
  }

  @Test func barriersOfUnequalCounts() throws {
    var kernel = Assembly(threadCount: 96)
    let thread = kernel.thread()
    let first = kernel.compare(.less, thread.operand, .immediate(32))
    kernel.emit(.barrier(id: 1, threadCount: 64), if: first.holds)
    kernel.emit(.barrier(id: 1, threadCount: 96), if: first.fails, line: 1)
    try expect(kernel, faults: .barrierMisuse, "96 threads at barrier 1", line: 1)
  }

  @Test func warpsWaitAtDifferentBarriers() throws {
    var kernel = Assembly(threadCount: 64)
    let thread = kernel.thread()
    let first = kernel.compare(.less, thread.operand, .immediate(32))
    kernel.emit(.barrier(id: 1, threadCount: 64), if: first.holds)
    kernel.emit(.barrier(id: 2, threadCount: 64), if: first.fails)
    try expect(kernel, faults: .deadlock, "32 of 64 threads")
  }
}
