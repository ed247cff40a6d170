extension ConvolutionPrediction {
  /// How long a convolution on blocks takes.
  ///
  /// - Precondition: the tiling fits the GPU.
  package init(
    _ problem: BlockProblem, _ tiling: BlockTiling, load: BlockLoad, on figures: GPUFigures
  ) {
    let tiles = tiling.tileCount(problem)
    let partCount = load.rowBlockCount * tiling.splitCount
    let schedule = BlockSchedule(
      blocks: tiles * partCount,
      resident: tiling.residentBlocks(
        sharedByteCount: load.sharedByteCount, copies: load.copiesPerThread, on: figures),
      on: figures)
    // Blocks of the busiest multiprocessor by those of a tile: no less than the largest row block.
    let greatest =
      load.bandSteps > 0
      ? load.greatestBandSteps / load.bandSteps / Double(tiling.splitCount) : 0
    let share = max(Double(schedule.busiest) / Double(partCount), greatest)
    let counts = TileCounts(problem, tiling, load, figures)

    let busy = Self.utilization(warps: schedule.together * tiling.warpCount)
    let second = figures.clock
    let workspace =
      tiling.splitCount > 1 ? 2.0 * Double(tiling.splitCount) * counts.outputValues * 4 : 0
    let cached = Double(tiles) * counts.cacheBytes + workspace
    self.init(
      limits: [
        .issue: share * counts.instructions / (GPUFigures.schedulerCount * busy) / second,
        .tensor: share * counts.products / (tiling.tensorRate(figures) * busy) / second,
        .shared: share * counts.sharedBytes / figures.sharedRate / second,
        .l2: max(
          cached / figures.cacheBandwidth, share * counts.cacheBytes / (Self.cachePort * second)),
        .memory: counts.memoryBytes / figures.memoryBandwidth,
      ], blocks: schedule, chunks: share * load.chunks / Double(schedule.together),
      stageCount: tiling.stageCount, kernelCount: tiling.splitCount > 1 ? 2 : 1, on: figures)
  }
}

/// What the blocks of one tile do, and all tiles together.
private struct TileCounts {
  /// Warp instructions for a tile.
  var instructions: Double
  /// Multiply-adds for a tile.
  var products: Double
  /// Bytes to and from shared memory for a tile.
  var sharedBytes: Double
  /// Bytes from the second-level cache for a tile.
  var cacheBytes: Double
  /// Bytes between the device and its memory for all tiles.
  var memoryBytes: Double
  var outputValues: Double

  init(
    _ problem: BlockProblem, _ tiling: BlockTiling, _ load: BlockLoad, _ figures: GPUFigures
  ) {
    let costs = figures.blockCosts
    let pixels = Double(tiling.pixelCount)
    let stage = load.planeBytes + load.packetBytes
    // Warps or warpgroups along pixels each do the steps of their root group.
    let parts = Double(tiling.pixelWarps)
    let rootEntry = costs.table.entry(tiling, height: tiling.rootRows)
    let rootParts = parts * Double(tiling.rootsPerBlock)
    let blocks = Double(load.rowBlockCount * tiling.splitCount)
    (products, instructions) = (0, 0)
    var wavefronts = rootParts * load.chunks * rootEntry.chunkWavefronts
    wavefronts += rootParts * blocks * rootEntry.blockWavefronts(tiling.pixelsPerWarp)
    for (height, steps) in load.steps.sorted(by: { $0.key < $1.key }) {
      let entry = costs.table.entry(tiling, height: height)
      let scale = costs.stepScale(entry.key)
      products += steps * pixels * entry.products * scale
      instructions +=
        parts
        * (steps * entry.step(tiling.pixelsPerWarp) * scale
          + load.segments[height, default: 0] * entry.segment)
      wavefronts += parts * steps * entry.packetWavefronts(pixels: tiling.pixelsPerWarp) * scale
    }
    instructions +=
      rootParts * (load.chunks * rootEntry.chunk + blocks * rootEntry.block(tiling.pixelsPerWarp))
    instructions *= Double(tiling.warpsPerPart)
    instructions +=
      (load.planeBytes * costs.table.planeCopy + load.packetBytes * costs.table.packetCopy) / 512
    sharedBytes =
      stage + 128 * (wavefronts + load.wavefronts * pixels)
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
  var vectorCount: Double { Double(channels) * Double(height) * Double(width) }
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

  /// Warps that have a root group and a run of pixels together.
  var warpsPerPart: Int { form == .warp ? 1 : 4 }
}
