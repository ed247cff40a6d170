import Emulator
import KernelIR
import Testing

@Suite struct AtomicTests {
  struct Case: Sendable {
    var change: AtomicOperator
    var type: ValueType
    var first: UInt32
    /// Of each lane.
    var value: UInt32
    /// The memory and what the last lane sees before.
    var want: UInt32
    var last: UInt32
  }

  static let cases: [Case] = [
    Case(change: .add, type: .u32, first: 5, value: 3, want: 101, last: 98),
    Case(
      change: .add, type: .s32, first: 5, value: ~0, want: UInt32(bitPattern: -27),
      last: UInt32(bitPattern: -26)),
    Case(
      change: .add, type: .f32, first: (0.5 as Float).bitPattern,
      value: (2 as Float).bitPattern, want: (64.5 as Float).bitPattern,
      last: (62.5 as Float).bitPattern),
    Case(change: .min, type: .u32, first: 5, value: ~0, want: 5, last: 5),
    Case(change: .min, type: .s32, first: 5, value: ~0, want: ~0, last: ~0),
    Case(change: .max, type: .u32, first: 5, value: ~0, want: ~0, last: ~0),
    Case(change: .max, type: .s32, first: 5, value: ~0, want: 5, last: 5),
    Case(change: .and, type: .u32, first: 0xff, value: 0x0f0, want: 0xf0, last: 0xf0),
    Case(change: .or, type: .u32, first: 0xf, value: 0x0f0, want: 0xff, last: 0xff),
    Case(change: .exchange, type: .u32, first: 1, value: 7, want: 7, last: 7),
  ]

  @Test(arguments: cases.indices, [MemorySpace.shared, .global])
  func changes(index: Int, space: MemorySpace) throws {
    let test = Self.cases[index]
    var kernel = Assembly(sharedByteCount: 16)
    let `class` = test.type.registerClass
    let elected = kernel.value(.electOne, class: .predicate)
    let output = kernel.value(
      .load(Access(.parameter, .u64)), .memory(.parameters, offset: 0), class: .b64)
    let place = space == .shared ? Operand.memory(.shared, offset: 0) : output.memory()
    kernel.emit(
      .store(Access(space, test.type)), [], [place, .immediate(UInt64(test.first))],
      if: elected.holds)
    kernel.emit(.warpBarrier)
    let old = kernel.value(
      .atomic(test.change, space, test.type), place, .immediate(UInt64(test.value)), class: `class`)
    kernel.emit(.warpBarrier)
    let new = kernel.value(.load(Access(space, test.type)), place, class: `class`)
    let words = [old, new].map { kernel.value(.move(.u32), $0.operand) }
    kernel.output(words[0], words[1])
    let got = try kernel.run().words
    #expect(got[0].first == test.first, "\(test)")
    #expect(got[0].last == test.last, "\(test)")
    #expect(got[1].allSatisfy { $0 == test.want }, "\(test): \(got[1][0])")
  }

  @Test func comparesAndExchanges() throws {
    var kernel = Assembly(sharedByteCount: 16)
    let lane = kernel.lane()
    let elected = kernel.value(.electOne, class: .predicate)
    kernel.emit(
      .store(Access(.shared, .u32)), [], [.memory(.shared, offset: 0), .immediate(0)],
      if: elected.holds)
    kernel.emit(.warpBarrier)
    let next = kernel.sum(lane.operand, .immediate(1))
    let old = kernel.value(
      .atomic(.compareExchange, .shared, .u32), .memory(.shared, offset: 0), lane.operand,
      next.operand)
    kernel.output(old)
    #expect(try kernel.run().words[0] == (0..<32).map { $0 })
  }

  /// Sums of all threads of many blocks, by many threads of the host.
  @Test(arguments: [1, 3])
  func sumsOverBlocks(threads: Int) throws {
    var kernel = Assembly(threadCount: 64)
    kernel.grid = (50, 1, 1)
    let output = kernel.value(
      .load(Access(.parameter, .u64)), .memory(.parameters, offset: 0), class: .b64)
    let thread = kernel.thread()
    kernel.emit(.reduce(.add, .global, .u32), [], [output.memory(), thread.operand])
    let wide = kernel.value(.convert(.u64FromU32), thread.operand, class: .b64)
    kernel.emit(.reduce(.add, .global, .u64), [], [output.memory(8), wide.operand])
    let options = EmulatorOptions(
      detectors: Detectors.all.subtracting(.uninitializedMemory), threadCount: threads)
    let words = try kernel.run(options: options).words[0]
    // The memory was all ones: minus one.
    #expect(words[0] == 50 * 2016 &- 1)
    #expect(words[2] == 50 * 2016 &- 1)
    #expect(words[3] == 0)
    try expect(kernel, faults: .uninitializedMemory)
  }

  @Test func subnormalSums() throws {
    for (space, want) in [(MemorySpace.shared, 33 as UInt32), (.global, 0)] {
      var kernel = Assembly(sharedByteCount: 16)
      let elected = kernel.value(.electOne, class: .predicate)
      let output = kernel.value(
        .load(Access(.parameter, .u64)), .memory(.parameters, offset: 0), class: .b64)
      let place = space == .shared ? Operand.memory(.shared, offset: 0) : output.memory()
      kernel.emit(
        .store(Access(space, .f32)), [], [place, .immediate(1)], if: elected.holds)
      kernel.emit(.warpBarrier)
      kernel.emit(.reduce(.add, space, .f32), [], [place, .immediate(1)])
      kernel.emit(.warpBarrier)
      let sum = kernel.value(.load(Access(space, .u32)), place)
      kernel.output(sum)
      #expect(try kernel.run().words[0] == Array(repeating: want, count: 32), "\(space)")
    }
  }
}
