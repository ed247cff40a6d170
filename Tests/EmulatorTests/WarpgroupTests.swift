import Emulator
import KernelIR
import Testing

@Suite struct WarpgroupTests {
  /// What a test leaves out, or does too early.
  enum Mistake: CaseIterable {
    case none, memoryFence, registerFence, fenceAfterReads, fenceBetweenShapes, commit, wait,
      barrier
    case readsSums, writesA, overwritesShared, overwritesSharedOfLaterGroup
    case oneWarp, oneWarpCommits, oneDescriptor
  }

  /// A is 64 × 16 ones and B 16 × 8 twos of f16, multiplied twice: sums of 32, then of 64.
  private func kernel(
    _ mistake: Mistake, aInRegisters: Bool = false, fenceBetween: Bool = false
  ) -> Assembly {
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
    let isFirstWarp = kernel.compare(.less, thread.operand, .immediate(32))
    let adds = kernel.compare(.equal, thread.operand, thread.operand)
    let replaces = kernel.compare(.notEqual, thread.operand, thread.operand)
    let bBits = kernel.value(
      .select(.u64), .immediate(bDescriptor.bits),
      .immediate(mistake == .oneDescriptor ? aDescriptor.bits : bDescriptor.bits),
      isFirstWarp.operand,
      class: .b64)
    for sum in sums { kernel.emit(.move(.f32), [sum], [.immediate(0)]) }
    if mistake != .registerFence { kernel.emit(.warpgroupFence) }
    func multiply(_ shape: WarpgroupShape, _ predicate: Register, if guarding: Guard? = nil) {
      let left = aInRegisters ? fragments.map(\.operand) : [.immediate(aDescriptor.bits)]
      kernel.emit(
        .multiplyWarpgroup(shape), sums,
        left + [bBits.operand, predicate.operand] + sums.map(\.operand), if: guarding, line: 1)
    }
    multiply(shape, replaces)
    switch mistake {
    case .fenceAfterReads:
      kernel.emit(.warpgroupCommit)
      kernel.emit(.warpgroupWait(0))
      _ = kernel.value(.move(.u32), sums[3].operand)
    case .fenceBetweenShapes:
      kernel.emit(.warpgroupCommit)
      kernel.emit(.warpgroupWait(0))
    case .overwritesSharedOfLaterGroup: kernel.emit(.warpgroupCommit)
    default: break
    }
    if fenceBetween { kernel.emit(.warpgroupFence) }
    multiply(
      mistake == .fenceBetweenShapes
        ? WarpgroupShape(n: 8, type: .bf16, aInRegisters: aInRegisters) : shape, adds,
      if: mistake == .oneWarp ? isFirstWarp.holds : nil)
    if mistake != .commit {
      kernel.emit(
        .warpgroupCommit, if: mistake == .oneWarpCommits ? isFirstWarp.holds : nil, line: 4)
    }
    if mistake == .readsSums {
      _ = kernel.value(.move(.u32), sums[2].operand, line: 2)
    }
    if mistake == .writesA { kernel.emit(.move(.u32), [fragments[1]], [.immediate(0)], line: 2) }
    if mistake == .overwritesShared || mistake == .overwritesSharedOfLaterGroup {
      if mistake == .overwritesSharedOfLaterGroup { kernel.emit(.warpgroupWait(1)) }
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
    (.fenceAfterReads, .warpgroupMisuse, "an access to its registers", 1),
    (.fenceBetweenShapes, .warpgroupMisuse, "one of another shape", 1),
    (.commit, .warpgroupMisuse, "sums", 3),
    (.wait, .warpgroupMisuse, "sums", 3),
    (.barrier, .uninitializedMemory, "nothing has written", 1),
    (.readsSums, .warpgroupMisuse, "sums", 2),
    (.writesA, .warpgroupMisuse, "writes a register", 2),
    (.overwritesShared, .race, "overwrites what several lanes", 2),
    (.overwritesSharedOfLaterGroup, .race, "overwrites what several lanes", 2),
    (.oneWarp, .warpgroupMisuse, "in its place", 1),
    (.oneDescriptor, .warpgroupMisuse, "other descriptors than those of warp 3", 1),
  ])
  func mistakes(mistake: Mistake, kind: EmulatorFault.Kind, words: String, line: Int?) throws {
    for aInRegisters in mistake == .writesA ? [true] : [false, true] {
      let kernel = kernel(mistake, aInRegisters: aInRegisters)
      try expect(kernel, faults: kind, words, line: line)
      try expect(kernel, faults: nil, options: .fast)
    }
  }

  /// What the other warps do not execute until they return.
  @Test func warpsThatReturnEarly() throws {
    try expect(
      kernel(.oneWarpCommits), faults: .warpgroupMisuse, "in its place",
      options: EmulatorOptions(detectors: .warpgroups))
    var last = Assembly(threadCount: 128)
    let thread = last.thread()
    let isLast = last.compare(.greaterOrEqual, thread.operand, .immediate(96))
    last.emit(.warpgroupFence)
    last.emit(.warpgroupFence, if: isLast.fails, line: 1)
    try expect(
      last, faults: .warpgroupMisuse, "warp 3 of the warpgroup has returned without this", line: 1)
  }

  @Test func fencesAfterReadsAndBetweenShapes() throws {
    for mistake in [Mistake.fenceAfterReads, .fenceBetweenShapes] {
      try expect(kernel(mistake, fenceBetween: true), faults: nil)
    }
  }

  // MARK: Fences of shared memory

  enum MemoryFence: CaseIterable {
    case ofWriters, ofWritersAfterBarrier, ofReaders, ofReadersBeforeBarrier, ofOneLane, none
  }

  /// A warpgroup stores the matrices, another multiplies them.
  @Test(arguments: MemoryFence.allCases) func fencesOfSharedMemory(fence: MemoryFence) throws {
    let shape = WarpgroupShape(n: 8, type: .f16)
    var kernel = Assembly(threadCount: 256, sharedByteCount: 4096)
    let thread = kernel.thread()
    let a = kernel.shared(thread, stride: 16)
    let isWriter = kernel.compare(.greaterOrEqual, thread.operand, .immediate(128))
    let isOne = kernel.compare(.equal, kernel.lane().operand, .immediate(0))
    let ones = Array(repeating: Operand.immediate(0x3c00_3c00), count: 4)
    kernel.emit(
      .store(Access(.shared, .u32, count: 4)), [], [a.memory()] + ones, if: isWriter.holds)
    switch fence {
    case .ofWriters: kernel.emit(.fenceAsyncProxy, if: isWriter.holds)
    case .ofReadersBeforeBarrier: kernel.emit(.fenceAsyncProxy, if: isWriter.fails)
    case .ofOneLane: kernel.emit(.fenceAsyncProxy, if: isOne.holds)
    default: break
    }
    kernel.emit(.barrier(id: 0, threadCount: nil))
    if fence == .ofWritersAfterBarrier { kernel.emit(.fenceAsyncProxy, if: isWriter.holds) }
    if fence == .ofReaders { kernel.emit(.fenceAsyncProxy, if: isWriter.fails) }
    let descriptor = MatrixDescriptor(start: 1024 + 2048, leadingOffset: 128, strideOffset: 256)
    let sums = (0..<4).map { _ in kernel.register(.f32) }
    let replaces = kernel.compare(.notEqual, thread.operand, thread.operand)
    for operation in [.warpgroupFence, .multiplyWarpgroup(shape), .warpgroupCommit] as [Operation] {
      let isProduct = operation == .multiplyWarpgroup(shape)
      kernel.emit(
        operation, isProduct ? sums : [],
        isProduct
          ? [.immediate(descriptor.bits), .immediate(descriptor.bits), replaces.operand]
            + sums.map(\.operand) : [], if: isWriter.fails, line: 1)
    }
    kernel.emit(.warpgroupWait(0), if: isWriter.fails)
    kernel.output(kernel.thread())
    let isRight = fence == .ofWriters || fence == .ofReaders
    try expect(
      kernel, faults: isRight ? nil : .warpgroupMisuse, "no fence.proxy.async", line: 1)
  }

  // MARK: Registers

  /// The first of two warpgroups gives registers back, which the second gets; both have 128.
  private func pool(
    less: Int = 40, more: Int = 216, budget: Int? = 128, warps: UInt64 = 4
  ) -> Assembly {
    var kernel = Assembly(threadCount: 256)
    kernel.registerBudget = budget
    let thread = kernel.thread()
    let isSecond = kernel.compare(.greaterOrEqual, thread.operand, .immediate(128))
    let gives = kernel.compare(.less, thread.operand, .immediate(32 * warps))
    kernel.emit(.setMaxRegisters(more, increases: true), if: isSecond.holds, line: 1)
    kernel.emit(.setMaxRegisters(less, increases: false), if: gives.holds, line: 2)
    kernel.output(thread)
    return kernel
  }

  @Test func poolsOfRegisters() throws {
    for options in [EmulatorOptions(), .fast] {
      #expect(try pool().run(options: options).words[0] == (0..<256).map { $0 })
      // Budgets are rounded up.
      try expect(pool(budget: 121), faults: nil, options: options)
      try expect(
        pool(more: 224), faults: .deadlock, "wait for registers at", line: 1, options: options)
      try expect(pool(less: 48), faults: .deadlock, "wait for registers at", options: options)
      try expect(
        pool(budget: nil), faults: .warpgroupMisuse, "no budget of registers", options: options)
      try expect(
        pool(less: 136), faults: .warpgroupMisuse, "have 128 registers, and are to have 136",
        line: 2, options: options)
      try expect(
        pool(more: 120), faults: .warpgroupMisuse, "have 128 registers, and are to have 120",
        line: 1, options: options)
    }
    try expect(
      pool(more: 128, warps: 3), faults: .warpgroupMisuse, "warp 3 of the warpgroup has returned",
      line: 2)
    var few = pool()
    few.threadCount = 96
    try expect(few, faults: .warpgroupMisuse, "four warps", line: 2)
  }

  @Test func productsOfIncompleteGroups() throws {
    var kernel = kernel(.none)
    kernel.threadCount = 96
    try expect(
      kernel, faults: .warpgroupMisuse, "four warps",
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
