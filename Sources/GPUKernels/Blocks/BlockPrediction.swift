/// How long a convolution on blocks takes, by what it does and what the GPU can do at most.
///
/// The multiprocessor with the most blocks counts. Its products, its traffic with shared memory and
/// with the second-level cache, and that of all with the device's memory overlap, but for a part; the
/// start of blocks and of kernels, and the waits at each chunk do not.
package struct BlockPrediction: Hashable, Sendable {
  package enum Limiter: String, Hashable, Sendable {
    case tensor, shared, l2, memory, latency
  }

  /// The longest of those below, and what nothing overlaps with.
  package var seconds: Double
  package var tensorSeconds: Double
  package var sharedSeconds: Double
  package var l2Seconds: Double
  package var memorySeconds: Double
  /// Times that the GPU is filled with blocks.
  package var waves: Double
  /// Blocks that a multiprocessor holds at a time.
  package var residentBlocks: Int
  package var limiter: Limiter

  /// Warps of a multiprocessor, two for each of its parts, that keep its tensor cores busy.
  private static let busyWarps = 8.0
  /// Cycles from the start of a block to its first product, and from its last one to its end.
  private static let blockLatency = 2000.0
  /// Cycles in which a block waits for its slowest warp at each chunk.
  private static let chunkLatency = 200.0
  /// Cycles from the request of a chunk to its arrival.
  private static let loadLatency = 1000.0
  /// The share of what is not the longest that does not overlap with it.
  private static let exposedShare = 0.125
  /// Bytes that one multiprocessor gets from the second-level cache in a cycle at most.
  private static let cachePort = 64.0

  /// - Precondition: the tiling fits the GPU.
  package init(
    _ problem: BlockProblem, _ tiling: BlockTiling, load: BlockLoad, on figures: GPUFigures
  ) {
    let tiles = tiling.tileCount(problem)
    let partCount = load.rowBlockCount * tiling.splitCount
    let blocks = tiles * partCount
    let resident = max(
      1, tiling.residentBlocks(sharedByteCount: load.sharedByteCount, on: figures))
    let busiest = blocks.dividedRoundingUp(by: figures.multiprocessorCount)
    let together = min(busiest, resident)
    // Blocks of the busiest multiprocessor by those of a tile: no less than the largest row block.
    let greatest =
      load.bandSteps > 0
      ? load.greatestBandSteps / load.bandSteps / Double(tiling.splitCount) : 0
    let share = max(Double(busiest) / Double(partCount), greatest)
    let counts = TileCounts(problem, tiling, load)

    let busy = min(1, Double(together * tiling.warpCount) / Self.busyWarps)
    tensorSeconds =
      share * counts.products / (tiling.tensorRate(figures) * busy) / figures.clock
    sharedSeconds = share * counts.sharedBytes / figures.sharedRate / figures.clock
    let workspace =
      tiling.splitCount > 1 ? 2.0 * Double(tiling.splitCount) * counts.outputValues * 4 : 0
    let cached = Double(tiles) * counts.cacheBytes + workspace
    l2Seconds = max(
      cached / figures.cacheBandwidth,
      share * counts.cacheBytes / (Self.cachePort * figures.clock))
    memorySeconds = counts.memoryBytes / figures.memoryBandwidth
    waves = Double(blocks) / Double(figures.multiprocessorCount * resident)
    residentBlocks = resident

    let limits: [(Limiter, Double)] = [
      (.tensor, tensorSeconds), (.shared, sharedSeconds), (.l2, l2Seconds),
      (.memory, memorySeconds),
    ]
    let longest = limits.max { $0.1 < $1.1 } ?? (.latency, 0)
    let others = limits.reduce(-longest.1) { $0 + $1.1 }
    // Chunks of the busiest multiprocessor, one after the other, and the cycles that each takes.
    let chunks = share * load.chunks / Double(together)
    let chunkCycles = chunks > 0 ? longest.1 * figures.clock / chunks : 0
    let wait =
      Self.chunkLatency + max(0, Self.loadLatency / Double(tiling.stageCount - 1) - chunkCycles)
    let turns = Double(busiest.dividedRoundingUp(by: resident))
    let latency =
      (turns * Self.blockLatency + chunks * wait) / figures.clock
      + figures.launchSeconds * (tiling.splitCount > 1 ? 2 : 1)
    seconds = longest.1 + Self.exposedShare * others + latency
    limiter = latency > longest.1 ? .latency : longest.0
  }
}

/// What the blocks of one tile do, and all tiles together.
private struct TileCounts {
  /// Multiply-adds for a tile.
  var products: Double
  /// Bytes to and from shared memory for a tile.
  var sharedBytes: Double
  /// Bytes from the second-level cache for a tile.
  var cacheBytes: Double
  /// Bytes between the device and its memory for all tiles.
  var memoryBytes: Double
  var outputValues: Double

  init(_ problem: BlockProblem, _ tiling: BlockTiling, _ load: BlockLoad) {
    let pixels = Double(tiling.pixelCount)
    let values = Double(tiling.precision.stepTaps * BlockTiling.bandRows * 8)
    products = load.bandSteps * pixels * values * Double(tiling.precision.productCount)
    let stage = load.planeBytes + load.packetBytes
    // Each warp reads the offsets of its taps, in a wavefront of their own; warps or warpgroups along
    // pixels read the same weights.
    let readers = Double(tiling.pixelWarps)
    let weights = Double(tiling.stepWeightByteCount(height: BlockTiling.bandRows))
    sharedBytes =
      stage + load.wavefronts * pixels * 128 + load.bandSteps * readers * weights
      + load.steps * readers * (tiling.form == .warp ? 128 : 512)
    cacheBytes = stage
    let groups = Double(problem.imageGroups)
    let (input, output) = (problem.input.vectorCount, problem.output.vectorCount)
    outputValues = 8 * groups * output
    memoryBytes =
      groups * (input + output * (problem.residual == nil ? 1 : 2))
      * Double(tiling.precision.vectorByteCount) + load.packetBytes
  }
}

extension LanesGeometry {
  /// Vectors of one group.
  fileprivate var vectorCount: Double { Double(channels) * Double(height) * Double(width) }
}

extension BlockTiling {
  /// Multiply-adds of a multiprocessor in a cycle.
  func tensorRate(_ figures: GPUFigures) -> Double {
    switch (form, precision) {
    case (.warpgroup, _): figures.warpgroupRate ?? figures.warpRate
    case (.warp, .f16), (.warp, .bf16): figures.warpRate
    case (.warp, .tf32), (.warp, .tf32x3): figures.warpTF32Rate
    }
  }
}

extension BlockPrecision {
  /// Products of tensor cores for one of weight and activation.
  var productCount: Int { self == .tf32x3 ? 3 : 1 }
}
