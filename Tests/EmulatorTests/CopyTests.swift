import Emulator
import KernelIR
import Testing

@Suite struct CopyTests {
  /// Each lane copies 16 bytes of the output array's own input part, and reads them back. Sources
  /// are the thread's number four times.
  private func copy(
    threads: Int = 32, bytes: UInt64 = 16, neighbor: Int = 0, _ between: (inout Assembly) -> Void
  ) -> Assembly {
    var kernel = Assembly(threadCount: threads, sharedByteCount: threads * 16)
    kernel.wordsPerThread = 4
    let thread = kernel.thread()
    let address = kernel.outputAddress()
    kernel.emit(
      .store(Access(.global, .u32, count: 4)), [],
      [address.memory()] + Array(repeating: thread.operand, count: 4))
    let place = kernel.shared(thread, stride: 16)
    kernel.emit(
      .asyncCopy(byteCount: 16), [], [place.memory(), address.memory(), .immediate(bytes)], line: 1)
    between(&kernel)
    let shifted = kernel.sum(thread.operand, .immediate(UInt64(neighbor)))
    let other = kernel.value(
      .binary(.and, .u32), shifted.operand, .immediate(UInt64(threads - 1)))
    let source = kernel.shared(other, stride: 16)
    let values = (0..<4).map { _ in kernel.register() }
    kernel.emit(.load(Access(.shared, .u32, count: 4)), values, [source.memory()], line: 2)
    kernel.output(values[0], values[1], values[2], values[3])
    return kernel
  }

  @Test func waitsForGroups() throws {
    let right = copy {
      $0.emit(.asyncCopyCommit)
      $0.emit(.asyncCopyWait(0))
    }
    #expect(try right.run().words == Array(repeating: (0..<32).map { $0 }, count: 4))
    let wrong: [(inout Assembly) -> Void] = [
      { _ in },
      { $0.emit(.asyncCopyCommit) },
      { $0.emit(.asyncCopyWait(0)) },
      {
        $0.emit(.asyncCopyCommit)
        $0.emit(.asyncCopyWait(1))
      },
    ]
    for between in wrong {
      try expect(copy(between), faults: .unfinishedCopy, "has not waited", line: 2, lane: 0)
      try expect(copy(between), faults: nil, options: .fast)
    }
    let newer = copy {
      $0.emit(.asyncCopyCommit)
      $0.emit(.asyncCopyCommit)
      $0.emit(.asyncCopyWait(1))
    }
    try expect(newer, faults: nil)
  }

  @Test func othersNeedABarrier() throws {
    let racy = copy(threads: 64, neighbor: 32) {
      $0.emit(.asyncCopyCommit)
      $0.emit(.asyncCopyWait(0))
    }
    try expect(racy, faults: .race, options: EmulatorOptions(detectors: .races))
    let right = copy(threads: 64, neighbor: 32) {
      $0.emit(.asyncCopyCommit)
      $0.emit(.asyncCopyWait(0))
      $0.emit(.barrier(id: 0, threadCount: nil))
    }
    #expect(try right.run().words[3] == (0..<64).map { ($0 + 32) % 64 })
    let early = copy(threads: 64, neighbor: 32) {
      $0.emit(.asyncCopyCommit)
      $0.emit(.barrier(id: 0, threadCount: nil))
      $0.emit(.asyncCopyWait(0))
    }
    try expect(early, faults: .unfinishedCopy, line: 2)
  }

  @Test func overwritesUnfinishedCopies() throws {
    let kernel = copy { kernel in
      kernel.emit(.asyncCopyCommit)
      let thread = kernel.thread()
      let place = kernel.shared(thread, stride: 16, offset: 12)
      kernel.storeShared(place, thread.operand, line: 3)
      kernel.emit(.asyncCopyWait(0))
    }
    try expect(kernel, faults: .unfinishedCopy, "overwrites the target", line: 3)
  }

  @Test(arguments: [0, 2, 4, 6, 8, 15, 16])
  func fillsWithZeros(bytes: UInt64) throws {
    let kernel = copy(bytes: bytes) {
      $0.emit(.asyncCopyCommit)
      $0.emit(.asyncCopyWait(0))
    }
    let words = try kernel.run().words
    for (word, got) in words.enumerated() {
      let present = max(0, min(4, Int(bytes) - word * 4))
      let mask = present == 4 ? ~0 : (1 as UInt32) << UInt32(present * 8) &- 1
      #expect(got == (0..<32).map { $0 & mask }, "\(bytes) bytes, word \(word)")
    }
  }

  /// How threads wait for copies that announce themselves at a barrier in shared memory.
  enum Wait: CaseIterable { case barrier, block, groups, nothing }

  @Test(arguments: Wait.allCases) func arriveAtBarriers(wait: Wait) throws {
    var kernel = Assembly(threadCount: 64, sharedByteCount: 8 + 8 + 64 * 16)
    kernel.wordsPerThread = 4
    let thread = kernel.thread()
    let zero = kernel.value(.move(.u32), .immediate(0))
    let barrier = kernel.shared(zero, stride: 0)
    let first = kernel.compare(.equal, thread.operand, .immediate(0))
    kernel.emit(.barrierInit, [], [barrier.memory(), .immediate(64)], if: first.holds)
    kernel.emit(.barrier(id: 0, threadCount: nil))
    let address = kernel.outputAddress()
    kernel.emit(
      .store(Access(.global, .u32, count: 4)), [],
      [address.memory()] + Array(repeating: thread.operand, count: 4))
    let place = kernel.shared(thread, stride: 16, offset: 16)
    kernel.emit(
      .asyncCopy(byteCount: 16), [], [place.memory(), address.memory(), .immediate(16)])
    kernel.emit(.asyncCopyArrive, [], [barrier.memory()])
    switch wait {
    case .barrier:
      let again = kernel.label()
      kernel.place(again)
      let over = kernel.value(.barrierTry, barrier.memory(), .immediate(0), class: .predicate)
      kernel.jump(again, if: over.fails)
    case .block: kernel.emit(.barrier(id: 0, threadCount: nil))
    case .groups:
      kernel.emit(.asyncCopyWait(0))
      kernel.emit(.barrier(id: 0, threadCount: nil))
    case .nothing: break
    }
    let other = kernel.value(.binary(.xor, .u32), thread.operand, .immediate(32))
    let source = kernel.shared(other, stride: 16, offset: 16)
    let values = (0..<4).map { _ in kernel.register() }
    kernel.emit(.load(Access(.shared, .u32, count: 4)), values, [source.memory()], line: 2)
    kernel.output(values[0], values[1], values[2], values[3])
    if wait == .barrier {
      #expect(try kernel.run().words[2] == (0..<64).map { $0 ^ 32 })
    } else if wait == .nothing {
      try expect(kernel, faults: .uninitializedMemory, line: 2)
    } else {
      try expect(kernel, faults: .unfinishedCopy, "nobody here has waited for", line: 2)
    }
  }
}
