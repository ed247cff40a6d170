extension ConvolutionPrediction {
  /// How long a convolution by leaves takes.
  ///
  /// - Precondition: the tiling fits the GPU.
  init(_ problem: BlockProblem, _ tiling: LeafTiling, load: LeafLoad, on figures: GPUFigures) {
    let tiles = tiling.tileCount(problem)
    let rowBlocks = load.rootCount.dividedRoundingUp(by: tiling.rootsPerBlock)
    let partCount = rowBlocks * tiling.splitCount
    let stage = LeafStage(problem, window: load.window, tiling)
    let schedule = BlockSchedule(
      blocks: tiles * partCount,
      resident: tiling.residentBlocks(
        sharedByteCount: stage.sharedByteCount(stages: tiling.stageCount), on: figures),
      on: figures)
    // Tiles that the busiest multiprocessor computes, with all rows each.
    let share = Double(schedule.busiest) / Double(partCount)
    let chunks = Double(rowBlocks * load.channels.dividedRoundingUp(by: tiling.channelsPerChunk))
    let counts = LeafTileCounts(
      problem, tiling, load, stage, chunks: chunks, blocks: Double(partCount))

    let busy = Self.utilization(warps: schedule.together * tiling.warpCount)
    let second = figures.clock
    let workspace = Double(2 * problem.sumsByteCount(splits: tiling.splitCount))
    let cached = Double(tiles) * counts.cacheBytes + workspace
    let groups = Double(problem.imageGroups)
    let (input, output) = (problem.input.vectorCount, problem.output.vectorCount)
    let memoryBytes =
      32 * groups * (input + output * (problem.residual == nil ? 1 : 2))
      + Double(load.tapByteCount)
    self.init(
      limits: [
        .issue: share * counts.instructions / (GPUFigures.schedulerCount * busy) / second,
        .fma: share * 32 * counts.multiplyAdds / (figures.fmaRate * busy) / second,
        .shared: share * 128 * counts.wavefronts / (figures.sharedRate * busy) / second,
        .l2: max(
          cached / figures.cacheBandwidth, share * counts.cacheBytes / (Self.cachePort * second)),
        .memory: memoryBytes / figures.memoryBandwidth,
      ], blocks: schedule, chunks: share * chunks / Double(schedule.together),
      stageCount: tiling.stageCount, kernelCount: tiling.splitCount > 1 ? 2 : 1, on: figures)
  }
}

/// What the blocks of one tile do.
private struct LeafTileCounts {
  /// Of warps.
  var instructions = 0.0
  /// Of these.
  var multiplyAdds = 0.0
  /// Of shared memory.
  var wavefronts = 0.0
  /// Bytes from the second-level cache.
  var cacheBytes: Double

  /// Instructions of a warp to copy 32 pieces of 16 bytes to a stage, in as many wavefronts, and
  /// one more for where they come from.
  private static let copyInstructions = 8.0
  private static let copyWavefronts = 5.0
  /// Instructions of a warp for a segment in a chunk, whether it has taps or not.
  private static let segmentInstructions = 9.0
  /// Instructions of a warp for a block's start, and for each row and run of pixels at its end.
  private static let blockInstructions = 200.0
  private static let storeInstructions = 10.0

  init(
    _ problem: BlockProblem, _ tiling: LeafTiling, _ load: LeafLoad, _ stage: LeafStage,
    chunks: Double, blocks: Double
  ) {
    let warps = Double(tiling.pixelWarps)
    for (height, count) in load.taps.sorted(by: { $0.key < $1.key }) {
      let cost = LeafTiling.TapCost(height: height, pixelRuns: tiling.pixelRuns)
      instructions += Double(count) * warps * cost.instructions
      multiplyAdds += Double(count) * warps * cost.multiplyAdds
      wavefronts += Double(count) * warps * cost.wavefronts
    }
    let planeBytes =
      chunks * Double(tiling.channelsPerChunk * stage.planeVectors * LeafStage.vectorByteCount)
    let packetBytes =
      Double(load.tapByteCount)
      + chunks * Double(tiling.rootsPerBlock * LeafTiling.headerByteCount)
    let copies = (planeBytes + packetBytes) / 512
    let segments = Double(LeafSegment.all.count)
    let allWarps = Double(tiling.warpCount)
    instructions += copies * Self.copyInstructions
    instructions += chunks * allWarps * segments * Self.segmentInstructions
    instructions +=
      blocks * allWarps
      * (Self.blockInstructions
        + Self.storeInstructions * Double(LeafSegment.rootRows * tiling.pixelRuns))
    wavefronts += copies * Self.copyWavefronts + chunks * allWarps * segments
    cacheBytes = planeBytes + packetBytes
  }
}

extension LeafTiling {
  /// Blocks that a multiprocessor holds at a time, 0 where one is too large.
  func residentBlocks(sharedByteCount: Int, on figures: GPUFigures) -> Int {
    guard sharedByteCount <= figures.sharedByteLimit else { return 0 }
    return min(
      figures.sharedByteCount / (sharedByteCount + 1024),
      figures.registerCount / (threadCount * registerBudget), figures.threadLimit / threadCount,
      figures.blockLimit)
  }

  /// The most registers of a thread: four sums of each of 8 rows and each run, and what is beside them.
  package var registerBudget: Int {
    switch pixelRuns {
    case 1: 80
    case 2: 128
    default: 255
    }
  }
}
