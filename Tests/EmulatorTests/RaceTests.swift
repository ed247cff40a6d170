import Emulator
import KernelIR
import Testing

@Suite struct RaceTests {
  /// Threads write their own word and read another's, with something between.
  private func exchange(
    threads: Int = 64, distance: Int, _ between: (inout Assembly) -> Void
  ) -> Assembly {
    var kernel = Assembly(threadCount: threads, sharedByteCount: threads * 4)
    let thread = kernel.thread()
    let mine = kernel.shared(thread, stride: 4)
    let shifted = kernel.sum(thread.operand, .immediate(UInt64(distance)))
    let other = kernel.value(
      .binary(.and, .u32), shifted.operand, .immediate(UInt64(threads - 1)))
    let theirs = kernel.shared(other, stride: 4)
    kernel.storeShared(mine, thread.operand, line: 1)
    between(&kernel)
    let value = kernel.loadShared(theirs, line: 2)
    kernel.output(value)
    return kernel
  }

  @Test func readsOfOtherWarps() throws {
    // The first warp reads what the second has not written yet; without initialized bytes a race.
    let racy = exchange(distance: 32) { _ in }
    try expect(racy, faults: .uninitializedMemory, "nothing has written", line: 2)
    try expect(
      racy, faults: .race, "overwrites what lane 0 of warp 0 has read", line: 1,
      options: EmulatorOptions(detectors: .races))
    try expect(exchange(distance: 32) { $0.emit(.warpBarrier) }, faults: .uninitializedMemory)
    let right = exchange(distance: 32) { $0.emit(.barrier(id: 0, threadCount: nil)) }
    #expect(try right.run().words[0] == (0..<64).map { ($0 + 32) % 64 })
    try expect(racy, faults: nil, options: .fast)
  }

  @Test func readsOfOtherLanes() throws {
    try expect(
      exchange(threads: 32, distance: 1) { _ in }, faults: .race,
      "reads what lane 1 of warp 0 has written", line: 2, lane: 0)
    for barrier in [Operation.warpBarrier, .barrier(id: 3, threadCount: nil)] {
      try expect(exchange(threads: 32, distance: 1) { $0.emit(barrier) }, faults: nil)
    }
    try expect(exchange(threads: 32, distance: 0) { _ in }, faults: nil)
  }

  /// A second write after reads by many, with or without a barrier between.
  @Test(arguments: [false, true])
  func writesAfterReads(hasBarrier: Bool) throws {
    var kernel = Assembly(threadCount: 96, sharedByteCount: 4)
    let thread = kernel.thread()
    let zero = kernel.value(.move(.u32), .immediate(0))
    let place = kernel.shared(zero, stride: 4)
    let first = kernel.compare(.equal, thread.operand, .immediate(0))
    kernel.emit(
      .store(Access(.shared, .u32)), [], [place.memory(), .immediate(5)], if: first.holds)
    kernel.emit(.barrier(id: 0, threadCount: nil))
    let value = kernel.loadShared(place, line: 1)
    if hasBarrier { kernel.emit(.barrier(id: 0, threadCount: nil)) }
    let last = kernel.compare(.equal, thread.operand, .immediate(95))
    kernel.emit(
      .store(Access(.shared, .u32)), [], [place.memory(), .immediate(6)], if: last.holds, line: 2)
    kernel.output(value)
    try expect(
      kernel, faults: hasBarrier ? nil : .race,
      "overwrites what several lanes of warp 2 have read", line: 2, lane: 31)
  }

  /// All lanes write one word: the same value or their own number.
  @Test(arguments: [false, true])
  func lanesWriteOneWord(equal: Bool) throws {
    var kernel = Assembly(sharedByteCount: 16)
    let lane = kernel.lane()
    let zero = kernel.value(.move(.u32), .immediate(0))
    let place = kernel.shared(zero, stride: 4)
    kernel.storeShared(place, equal ? .immediate(3) : lane.operand, line: 1)
    kernel.output(lane)
    try expect(
      kernel, faults: equal ? nil : .race, "writes another value than lane 0", line: 1, lane: 1)
  }

  @Test func halfWordsAreApart() throws {
    var kernel = Assembly(sharedByteCount: 64)
    let lane = kernel.lane()
    let place = kernel.shared(lane, stride: 2)
    let half = kernel.register(.b16)
    let number = kernel.value(.convert(.f32FromU32), lane.operand, class: .f32)
    kernel.emit(.convert(.f16FromF32), [half], [number.operand])
    kernel.emit(.store(Access(.shared, .f16)), [], [place.memory(), half.operand])
    let back = kernel.value(.load(Access(.shared, .f16)), place.memory(), class: .b16)
    let wide = kernel.value(.convert(.f32FromF16), back.operand, class: .f32)
    let integer = kernel.value(.convert(.u32FromF32(.towardZero)), wide.operand)
    kernel.output(integer)
    #expect(try kernel.run().words[0] == (0..<32).map { $0 })
  }

  @Test func atomicsDoNotRace() throws {
    var kernel = Assembly(threadCount: 128, sharedByteCount: 16)
    let thread = kernel.thread()
    let zero = kernel.value(.move(.u32), .immediate(0))
    let place = kernel.shared(zero, stride: 4)
    let first = kernel.compare(.equal, thread.operand, .immediate(0))
    kernel.emit(
      .store(Access(.shared, .u32)), [], [place.memory(), .immediate(0)], if: first.holds)
    kernel.emit(.barrier(id: 0, threadCount: nil))
    kernel.emit(.reduce(.add, .shared, .u32), [], [place.memory(), thread.operand])
    kernel.emit(.barrier(id: 0, threadCount: nil))
    let sum = kernel.loadShared(place)
    kernel.output(sum)
    #expect(try kernel.run().words[0] == Array(repeating: 127 * 64, count: 128))
    var racy = kernel
    racy.emit(.reduce(.add, .shared, .u32), [], [place.memory(), thread.operand])
    try expect(racy, faults: .race, "overwrites what")
  }

  /// One warp fills, others read: a pair of named barriers, with arrivals that do not wait.
  @Test(arguments: [false, true])
  func namedBarriersOrder(readersArrive: Bool) throws {
    var kernel = Assembly(threadCount: 64, sharedByteCount: 128)
    let (thread, lane) = (kernel.thread(), kernel.lane())
    let place = kernel.shared(lane, stride: 4)
    let isReader = kernel.compare(.greaterOrEqual, thread.operand, .immediate(32))
    let (reader, end) = (kernel.label(), kernel.label())
    let total = kernel.value(.move(.u32), .immediate(0))
    kernel.jump(reader, if: isReader.holds, uniform: true)
    for round in 0..<3 {
      if round > 0 && readersArrive { kernel.emit(.barrier(id: 2, threadCount: 64)) }
      let value = kernel.sum(lane.operand, .immediate(UInt64(round * 100)))
      kernel.storeShared(place, value.operand, line: 1)
      kernel.emit(.barrierArrive(id: 1, threadCount: 64))
    }
    kernel.jump(end, uniform: true)
    kernel.place(reader)
    for round in 0..<3 {
      kernel.emit(.barrier(id: 1, threadCount: 64))
      let value = kernel.loadShared(place, line: 2)
      kernel.emit(.binary(.add, .u32), [total], [total.operand, value.operand])
      if round < 2 && readersArrive { kernel.emit(.barrierArrive(id: 2, threadCount: 64)) }
    }
    kernel.place(end)
    kernel.output(total)
    if readersArrive {
      let words = try kernel.run().words[0]
      let want: [UInt32] = (0..<32).map { 3 * $0 + 300 }
      #expect(Array(words.suffix(32)) == want)
    } else {
      try expect(kernel, faults: .barrierMisuse, "has arrived at barrier 1 already")
    }
  }
}
