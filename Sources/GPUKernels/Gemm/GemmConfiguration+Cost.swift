package import KernelIR

/// What a GPU can do in a cycle at most, as far as matrix products depend on it.
package struct GemmCeilings: Hashable, Sendable {
  package var multiprocessorCount: Int
  /// Multiply-adds of f16 that a multiprocessor does with `mma.sync` in a cycle; of tf32 it does
  /// half as many.
  package var warpRate: Double
  /// The same with `wgmma`.
  package var warpgroupRate: Double
  /// Bytes that a multiprocessor moves to or from shared memory in a cycle.
  package var sharedRate: Double
  /// Bytes that a multiprocessor gets from the second-level cache in a cycle.
  package var cacheRate: Double
  /// Bytes that all get from the device's memory in a cycle.
  package var memoryRate: Double
  /// Shared memory of a multiprocessor in bytes.
  package var sharedByteCount: Int
  /// Cycles from a block's start until it multiplies, and from its last product to its end.
  package var blockLatency: Double

  /// Those of the largest GPU of a generation, by its data sheet.
  package init(_ target: Target) {
    (sharedRate, cacheRate, blockLatency) = (128, 32, 2000)
    switch target {
    case .sm80:
      (multiprocessorCount, warpRate, memoryRate, sharedByteCount) = (108, 1024, 1100, 164 << 10)
    case .sm86:
      (multiprocessorCount, warpRate, memoryRate, sharedByteCount) = (84, 512, 410, 100 << 10)
    case .sm89:
      (multiprocessorCount, warpRate, memoryRate, sharedByteCount) = (128, 512, 400, 100 << 10)
    case .sm90, .sm90a:
      (multiprocessorCount, warpRate, memoryRate, sharedByteCount) = (132, 1280, 1900, 228 << 10)
    }
    warpgroupRate = target == .sm90a ? 2048 : warpRate
  }
}

extension GemmConfiguration {
  /// Cycles by counted operations and bytes, each against its ceiling.
  package struct Cost: Hashable, Sendable {
    /// Of all that a multiprocessor has to do, products, shared memory and second-level cache, and
    /// of the device's memory.
    package var tensor: Double
    package var shared: Double
    package var cache: Double
    package var memory: Double
    /// What nothing overlaps with.
    package var latency: Double

    /// The greatest of what overlaps, and the latency.
    package var cycles: Double { max(tensor, shared, cache, memory) + latency }
  }

  /// The cost of a product: that of the multiprocessor with the most blocks, which works on as many
  /// at a time as it holds.
  package func cost(of problem: GemmProblem, _ ceilings: GemmCeilings) -> Cost {
    let format = problem.operation.format
    let clusters = Swift.max(1, ceilings.multiprocessorCount / clusterSize)
    let blocks = (tileCount(problem) / clusterSize).dividedRoundingUp(by: clusters)
    let resident = residentBlockCount(format, ceilings)
    let turns = Double(blocks.dividedRoundingUp(by: resident))
    let stages = Double(blocks * problem.k.dividedRoundingUp(by: tileK))
    let stageBytes = Double(stageByteCount(format))
    let products = Double(tileM * tileN * tileK) * (format == .f16 ? 1 : 2)
    let isWarpgroup = if case .warpgroups = method { true } else { false }
    return Cost(
      tensor: stages * products / (isWarpgroup ? ceilings.warpgroupRate : ceilings.warpRate),
      shared: stages * (stageBytes + fragmentByteCount(format)) / ceilings.sharedRate,
      cache: stages * copiedByteCount(format) / ceilings.cacheRate,
      memory: Double(problem.byteCount) / ceilings.memoryRate,
      // Blocks that share a multiprocessor hide each other's, but for the last ones.
      latency: max(1, turns / Double(resident)) * ceilings.blockLatency)
  }

  /// Bytes that a block copies for a stage; what other blocks of its cluster copy for it comes
  /// beside.
  private func copiedByteCount(_ format: GemmOperation.Format) -> Double {
    Double((tileM + tileN / clusterSize) * tileK * format.byteCount)
  }

  /// Bytes read of a stage in shared memory: each warp reads its rows of A and its columns of B,
  /// each warpgroup its rows of A once, and B for each 64 of them.
  private func fragmentByteCount(_ format: GemmOperation.Format) -> Double {
    let bytes =
      switch method {
      case .warps(let m, let n): tileM * n + tileN * m
      case .warpgroups: tileM + tileN * (tileM / 64)
      }
    return Double(bytes * tileK * format.byteCount)
  }

  /// Blocks that a multiprocessor holds at a time.
  private func residentBlockCount(
    _ format: GemmOperation.Format, _ ceilings: GemmCeilings
  ) -> Int {
    // Each block has 1 KiB for the system.
    let byShared = ceilings.sharedByteCount / (tilesByteCount(format) + barriersByteCount + 1024)
    let byRegisters =
      target.registerCount / ((registerBudget + 7) / 8 * 8 * threadCount)
    return Swift.max(1, Swift.min(byShared, byRegisters, 2048 / threadCount))
  }
}
