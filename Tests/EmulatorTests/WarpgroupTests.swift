import Emulator
import KernelIR
import Testing

@Suite struct WarpgroupTests {
  /// What a test leaves out, or does too early.
  enum Mistake: CaseIterable {
    case none, memoryFence, registerFence, commit, wait, barrier
    case readsSums, writesA, overwritesShared
  }

  /// A is 64 × 16 ones and B 16 × 8 twos of f16, multiplied twice: sums of 32, then of 64.
  private func kernel(_ mistake: Mistake, aInRegisters: Bool = false) -> Assembly {
    let shape = WarpgroupShape(n: 8, type: .f16, aInRegisters: aInRegisters)
    var kernel = Assembly(threadCount: 128, sharedByteCount: 4096)
    let thread = kernel.thread()
    let a = kernel.shared(thread, stride: 16)
    let b = kernel.shared(thread, stride: 4, offset: 2048)
    let ones = Array(repeating: Operand.immediate(0x3c00_3c00), count: 4)
    kernel.emit(.store(Access(.shared, .u32, count: 4)), [], [a.memory()] + ones)
    let isFirst = kernel.compare(.less, thread.operand, .immediate(64))
    kernel.emit(
      .store(Access(.shared, .u32)), [], [b.memory(), .immediate(0x4000_4000)], if: isFirst.holds)
    if mistake != .memoryFence { kernel.emit(.fenceAsyncProxy) }
    if mistake != .barrier { kernel.emit(.barrier(id: 0, threadCount: nil)) }
    let start = 1024
    let aDescriptor = MatrixDescriptor(start: start, leadingOffset: 128, strideOffset: 256)
    let bDescriptor = MatrixDescriptor(start: start + 2048, leadingOffset: 128, strideOffset: 256)
    let sums = (0..<4).map { _ in kernel.register(.f32) }
    let fragments = (0..<4).map { _ in
      kernel.value(.move(.u32), .immediate(0x3c00_3c00))
    }
    let adds = kernel.compare(.equal, thread.operand, thread.operand)
    let replaces = kernel.compare(.notEqual, thread.operand, thread.operand)
    for sum in sums { kernel.emit(.move(.f32), [sum], [.immediate(0)]) }
    if mistake != .registerFence { kernel.emit(.warpgroupFence) }
    for predicate in [replaces, adds] {
      let left = aInRegisters ? fragments.map(\.operand) : [.immediate(aDescriptor.bits)]
      kernel.emit(
        .multiplyWarpgroup(shape), sums,
        left + [.immediate(bDescriptor.bits), predicate.operand] + sums.map(\.operand), line: 1)
    }
    if mistake != .commit { kernel.emit(.warpgroupCommit) }
    if mistake == .readsSums {
      _ = kernel.value(.move(.u32), sums[2].operand, line: 2)
    }
    if mistake == .writesA { kernel.emit(.move(.u32), [fragments[1]], [.immediate(0)], line: 2) }
    if mistake == .overwritesShared {
      kernel.emit(.barrier(id: 0, threadCount: nil))
      kernel.emit(
        .store(Access(.shared, .u32)), [], [b.memory(), .immediate(0)], if: isFirst.holds, line: 2)
    }
    kernel.emit(.warpgroupWait(mistake == .wait ? 1 : 0))
    kernel.emit(.barrier(id: 0, threadCount: nil))
    kernel.emit(
      .store(Access(.shared, .u32)), [], [b.memory(), .immediate(0)], if: isFirst.holds)
    let words = sums.map { kernel.value(.move(.u32), $0.operand, line: 3) }
    kernel.output(words[0], words[1], words[2], words[3])
    return kernel
  }

  @Test(arguments: [false, true])
  func multiplies(aInRegisters: Bool) throws {
    let want = Array(
      repeating: Array(repeating: (64 as Float).bitPattern, count: 128), count: 4)
    let kernel = kernel(.none, aInRegisters: aInRegisters)
    #expect(try kernel.run().words == want)
    #expect(try kernel.run(options: .fast).words == want)
  }

  @Test(arguments: [
    (Mistake.memoryFence, EmulatorFault.Kind.warpgroupMisuse, "fence.proxy.async", 1 as Int?),
    (.registerFence, .warpgroupMisuse, "wgmma.fence", 1),
    (.commit, .warpgroupMisuse, "sums", 3),
    (.wait, .warpgroupMisuse, "sums", 3),
    (.barrier, .uninitializedMemory, "nothing has written", 1),
    (.readsSums, .warpgroupMisuse, "sums", 2),
    (.writesA, .warpgroupMisuse, "writes a register", 2),
    (.overwritesShared, .race, "overwrites what several lanes", 2),
  ])
  func mistakes(mistake: Mistake, kind: EmulatorFault.Kind, words: String, line: Int?) throws {
    let aInRegisters = mistake == .writesA || mistake == .registerFence
    let kernel = kernel(mistake, aInRegisters: aInRegisters)
    try expect(kernel, faults: kind, words, line: line)
    try expect(kernel, faults: nil, options: .fast)
  }

  @Test func productsOfIncompleteGroups() throws {
    var kernel = kernel(.none)
    kernel.threadCount = 96
    try expect(
      kernel, faults: .warpgroupMisuse, "four warps", line: 1,
      options: EmulatorOptions(detectors: []))
  }

  @Test func rowsOutOfBounds() throws {
    var kernel = kernel(.none)
    kernel.sharedByteCount = 2048 + 256
    try expect(kernel, faults: nil)
    kernel.sharedByteCount = 2048 + 240
    try expect(kernel, faults: .outOfBounds, options: .fast)
  }
}
