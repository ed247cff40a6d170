import Emulator
import KernelIR
import Tensors
import Testing

@Suite struct ClusterTests {
  /// A part of ``exchange(_:without:)`` that a test leaves out.
  private enum Part { case firstBarrier, lastBarrier, none }

  /// Each thread stores a word in its block's memory, and gives out that of the next block.
  private func exchange(_ size: Int, without part: Part = .none, stores: Bool = false) -> Assembly {
    var kernel = Assembly(threadCount: 64, sharedByteCount: 256)
    kernel.clusterSize = size
    kernel.grid = (2 * size, 2, 1)
    let (thread, rank, x) = (
      kernel.thread(), kernel.value(.special(.blockRank)), kernel.value(.special(.blockX))
    )
    let place = kernel.shared(thread, stride: 4)
    let word = kernel.value(
      .ternary(.multiplyAdd, .u32), x.operand, .immediate(100), thread.operand)
    let step = stores ? size - 1 : 1
    let next = kernel.sum(rank.operand, .immediate(UInt64(step)))
    let other = kernel.value(
      .remoteAddress, place.operand,
      kernel.value(.binary(.and, .u32), next.operand, .immediate(UInt64(size - 1))).operand)
    if stores {
      if part != .firstBarrier { kernel.clusterBarrier() }
      kernel.emit(.store(Access(.cluster, .u32)), [], [other.memory(), word.operand], line: 1)
      if part != .lastBarrier { kernel.clusterBarrier() }
      kernel.output(kernel.loadShared(place, line: 2))
    } else {
      kernel.storeShared(place, word.operand, line: 2)
      if part != .firstBarrier { kernel.clusterBarrier() }
      let got = kernel.value(.load(Access(.cluster, .u32)), other.memory(), line: 1)
      if part != .lastBarrier { kernel.clusterBarrier() }
      kernel.output(got)
    }
    return kernel
  }

  @Test(arguments: [1, 2, 4, 8], [false, true]) func exchanges(size: Int, stores: Bool) throws {
    let kernel = exchange(size, stores: stores)
    let want = (0..<4 * size).flatMap { block in
      let x = block % (2 * size)
      let other = x / size * size + (x + 1) % size
      return (0..<64).map { UInt32(other * 100 + $0) }
    }
    for options in [EmulatorOptions(), EmulatorOptions(threadCount: 3), .fast] {
      #expect(try kernel.run(options: options).words[0] == want)
    }
  }

  @Test func accessesWithoutBarriers() throws {
    try expect(
      exchange(2, without: .firstBarrier), faults: .clusterMisuse,
      "no barrier says that block 1 of the cluster has begun", line: 1)
    try expect(
      exchange(2, without: .firstBarrier, stores: true), faults: .clusterMisuse, "has begun",
      line: 1)
    // What the first block reads is there; that it was read is not known when the other returns.
    try expect(
      exchange(2, without: .lastBarrier), faults: .clusterMisuse,
      "no barrier orders this behind an access to its shared memory by warp")
    try expect(
      exchange(2, without: .lastBarrier, stores: true), faults: .uninitializedMemory, line: 2)
    try expect(
      exchange(2, without: .lastBarrier, stores: true), faults: .race,
      "lane 0 of warp 1 of block 1 of the cluster has read",
      options: EmulatorOptions(detectors: .races))
  }

  /// Warps of two blocks hand words to each other through a slot in the second block.
  private func ring(
    rounds: Int, waitsForSpace: Bool = true, storesAgain: Bool = false, arrivesAtEnd: Bool = true,
    arrivals: UInt64 = 32,
    offset: Int = 0
  ) -> Assembly {
    var kernel = Assembly(sharedByteCount: 16 + 128)
    kernel.clusterSize = 2
    kernel.grid = (2, 1, 1)
    let (lane, rank) = (kernel.lane(), kernel.value(.special(.blockRank)))
    let zero = kernel.value(.move(.u32), .immediate(0))
    let barrier = kernel.shared(zero, stride: 0)
    let slot = kernel.shared(lane, stride: 4, offset: 16)
    let other = kernel.value(
      .binary(.xor, .u32), rank.operand, .immediate(1))
    let remote = kernel.value(.remoteAddress, barrier.operand, other.operand)
    let remoteSlot = kernel.value(.remoteAddress, slot.operand, other.operand)
    let first = kernel.compare(.equal, lane.operand, .immediate(0))
    kernel.emit(.barrierInit, [], [barrier.memory(), .immediate(arrivals)], if: first.holds)
    kernel.emit(.fenceBarrierInit)
    kernel.clusterBarrier()
    let isReader = kernel.compare(.equal, rank.operand, .immediate(1))
    let (reader, end) = (kernel.label(), kernel.label())
    let total = kernel.value(.move(.u32), .immediate(0))
    func wait(parity: Int) {
      let again = kernel.label()
      kernel.place(again)
      let over = kernel.value(
        .barrierTryCluster, barrier.memory(), .immediate(UInt64(parity & 1)), class: .predicate,
        line: 7)
      kernel.jump(again, if: over.fails)
    }
    kernel.jump(reader, if: isReader.holds, uniform: true)
    for round in 0..<rounds {
      if waitsForSpace, round > 0 { wait(parity: round - 1) }
      let value = kernel.sum(lane.operand, .immediate(UInt64(round * 100)))
      kernel.emit(
        .store(Access(.cluster, .u32)), [], [remoteSlot.memory(), value.operand], line: 1)
      kernel.emit(.barrierArriveCluster(.cluster), [], [remote.memory(offset)], line: 3)
    }
    if storesAgain {
      kernel.emit(.store(Access(.cluster, .u32)), [], [remoteSlot.memory(), lane.operand])
    }
    kernel.jump(end, uniform: true)
    kernel.place(reader)
    for round in 0..<rounds {
      wait(parity: round)
      let value = kernel.loadShared(slot, line: 2)
      kernel.emit(.binary(.add, .u32), [total], [total.operand, value.operand])
      kernel.emit(.barrierArriveCluster(.cluster), [], [remote.memory()], line: 4)
    }
    kernel.place(end)
    if arrivesAtEnd { kernel.clusterBarrier() }
    kernel.output(total)
    return kernel
  }

  @Test func phasesOfOtherBlocks() throws {
    let words = try ring(rounds: 5).run().words[0]
    let want: [UInt32] = (0..<32).map { 5 * $0 + 1000 }
    #expect(Array(words.suffix(32)) == want)
    #expect(try ring(rounds: 5).run(options: .fast).words[0] == words)
  }

  @Test func faultsOfRemoteBarriers() throws {
    try expect(
      ring(rounds: 3, storesAgain: true), faults: .race,
      "lane 0 of warp 0 of block 0 of the cluster has written", line: 2)
    // Two phases are over, which looks like none.
    try expect(ring(rounds: 2, waitsForSpace: false), faults: .deadlock)
    try expect(
      ring(rounds: 2, arrivesAtEnd: false), faults: .clusterMisuse,
      "block 0 of the cluster has returned", line: 4)
    try expect(ring(rounds: 2, offset: 8), faults: .barrierMisuse, "no barrier was made", line: 3)
    try expect(
      ring(rounds: 2, offset: 144), faults: .outOfBounds, "shared memory of block 1", line: 3)
    try expect(ring(rounds: 2, offset: 4), faults: .misaligned, "of block 1", line: 3)
    try expect(
      ring(rounds: 1, arrivals: 33), faults: .deadlock,
      "block 0 of the cluster: warps 0 wait for the cluster")
    try expect(
      ring(rounds: 2, arrivals: 33), faults: .deadlock, "block 1 of the cluster: warps 0 wait for",
      options: .fast)
  }

  // MARK: The barrier of the cluster

  private func cluster(_ body: (inout Assembly, _ rank: Register) -> Void) -> Assembly {
    var kernel = Assembly(threadCount: 64, sharedByteCount: 64)
    kernel.clusterSize = 2
    kernel.grid = (2, 1, 1)
    let rank = kernel.value(.special(.blockRank))
    body(&kernel, rank)
    return kernel
  }

  @Test func misusedBarriers() throws {
    let twice = cluster { kernel, _ in
      kernel.emit(.clusterArrive)
      kernel.emit(.clusterArrive, line: 1)
    }
    try expect(twice, faults: .barrierMisuse, "has arrived at the cluster's barrier", line: 1)
    let never = cluster { kernel, _ in kernel.emit(.clusterWait, line: 1) }
    try expect(never, faults: .barrierMisuse, "has not arrived", line: 1)
    let lanes = cluster { kernel, _ in
      let lane = kernel.lane()
      let early = kernel.compare(.less, lane.operand, .immediate(3))
      kernel.emit(.clusterArrive, if: early.fails, line: 1)
    }
    try expect(lanes, faults: .divergence, "lanes 0–2", line: 1)
    let half = cluster { kernel, rank in
      let second = kernel.compare(.equal, rank.operand, .immediate(1))
      kernel.emit(.clusterArrive, line: 1)
      kernel.emit(.clusterWait, line: 2)
      kernel.emit(.clusterArrive, if: second.holds)
      kernel.emit(.clusterWait, if: second.holds, line: 3)
      kernel.emit(.barrier(id: 0, threadCount: nil))
    }
    // Threads that have returned count as arrived.
    try expect(half, faults: nil)
    let crossed = cluster { kernel, rank in
      let second = kernel.compare(.equal, rank.operand, .immediate(1))
      let thread = kernel.thread()
      let warp = kernel.compare(.less, thread.operand, .immediate(32))
      kernel.emit(.barrier(id: 1, threadCount: 64), if: warp.holds, line: 2)
      kernel.emit(.clusterArrive, if: second.holds)
      kernel.emit(.clusterWait, if: second.holds, line: 1)
    }
    try expect(
      crossed, faults: .deadlock,
      "block 1 of the cluster: warps 0 wait at instruction 4: @%p1 barrier(1, 64 threads), where 32"
    )
  }

  @Test func addressesOfOtherBlocks() throws {
    func access(_ rank: UInt64, _ operation: Operation, barrier: Bool = true) -> Assembly {
      cluster { kernel, _ in
        let base = kernel.value(.sharedAddress)
        let address = kernel.value(.remoteAddress, base.operand, .immediate(rank))
        if barrier { kernel.clusterBarrier() }
        _ = kernel.value(operation, address.memory(), line: 1)
        kernel.clusterBarrier()
      }
    }
    let load = Operation.load(Access(.cluster, .u32))
    let races = EmulatorOptions(detectors: .races)
    try expect(access(1, load), faults: nil, options: races)
    try expect(access(2, load), faults: .clusterMisuse, "block 2 of a cluster of 2", line: 1)
    try expect(access(0, load), faults: .uninitializedMemory, line: 1)
    // An address of another block means nothing to instructions of the own one.
    try expect(access(1, .load(Access(.shared, .u32))), faults: .outOfBounds, line: 1)
    let early = cluster { kernel, rank in
      let second = kernel.compare(.equal, rank.operand, .immediate(1))
      kernel.clusterBarrier()
      kernel.emit(.return, if: second.holds)
      let base = kernel.value(.sharedAddress)
      let address = kernel.value(.remoteAddress, base.operand, .immediate(1))
      for _ in 0..<3 { kernel.emit(.barrier(id: 0, threadCount: nil)) }
      _ = kernel.value(load, address.memory(), line: 1)
    }
    for options in [races, .fast] {
      try expect(
        early, faults: .clusterMisuse, "block 1 of the cluster has returned", line: 1,
        options: options)
    }
  }

  // MARK: Launches

  @Test func launches() throws {
    var kernel = exchange(2)
    kernel.grid = (3, 1, 1)
    #expect(throws: HewnError.self) { try kernel.run() }
    kernel.clusterSize = 3
    #expect(throws: HewnError.self) { try kernel.run() }
  }
}

extension Assembly {
  mutating func clusterBarrier() {
    emit(.clusterArrive)
    emit(.clusterWait)
  }
}
