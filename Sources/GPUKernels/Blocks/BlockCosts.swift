package import Covers

/// What convolutions on blocks cost: counts of instructions, with what was measured on a GPU where it was.
package struct BlockCosts: Hashable, Sendable {
  /// What a GPU measured of segments of one height.
  package struct Measured: Hashable, Sendable {
    /// The time of a step by its predicted one.
    package var stepScale: Double
    /// Cycles of a warp or warpgroup to start a segment in a chunk.
    package var segmentCycles: Double

    package init(stepScale: Double, segmentCycles: Double) {
      self.stepScale = stepScale
      self.segmentCycles = segmentCycles
    }
  }

  package var table: BlockCostTable
  package var measured: [BlockCostTable.Key: Measured]

  package init(
    table: BlockCostTable = .builtIn, measured: [BlockCostTable.Key: Measured] = [:]
  ) {
    self.table = table
    self.measured = measured
  }

  /// Those of the built-in table.
  package static let counted = BlockCosts()

  /// Cycles from a segment's first read to its first product, in which other warps multiply. An
  /// estimate for where nothing was measured.
  private static let segmentLatency = 64.0

  func stepScale(_ key: BlockCostTable.Key) -> Double { measured[key]?.stepScale ?? 1 }

  /// Cycles of a multiprocessor to start a segment of a root group, for all pixels of a tile.
  func segmentCycles(height: Int, _ tiling: BlockTiling) -> Double {
    let entry = table.entry(tiling, height: height)
    let parts = Double(tiling.pixelWarps)
    // As many warps as keep a multiprocessor busy wait at a time.
    if let cycles = measured[entry.key]?.segmentCycles {
      return cycles * parts * ConvolutionPrediction.utilization(warps: tiling.warpsPerPart)
    }
    let instructions = parts * Double(tiling.warpsPerPart) * entry.segment
    return instructions / GPUFigures.schedulerCount
      + Self.segmentLatency * parts * ConvolutionPrediction.utilization(warps: tiling.warpsPerPart)
  }

  /// Cycles of a multiprocessor for a step of a segment, of all pixels of a tile: the longest of what its
  /// schedulers, its tensor cores, its shared memory and its share of the second-level cache take.
  package func stepCycles(
    height: Int, _ tiling: BlockTiling, on figures: GPUFigures
  ) -> Double {
    let entry = table.entry(tiling, height: height)
    let (pixels, parts) = (Double(tiling.pixelCount), Double(tiling.pixelWarps))
    let packet = Double(tiling.stepWeightByteCount(height: height) + tiling.stepTapByteCount)
    let instructions = parts * Double(tiling.warpsPerPart) * entry.step(tiling.pixelsPerWarp)
    let wavefronts =
      parts
      * (entry.activations(tiling.pixelsPerWarp)
        + entry.packetWavefronts(pixels: tiling.pixelsPerWarp))
    let cacheRate =
      figures.cacheBandwidth / (figures.clock * Double(figures.multiprocessorCount))
    let limits = [
      instructions / GPUFigures.schedulerCount,
      entry.products * pixels / tiling.tensorRate(figures),
      (128 * wavefronts + packet) / figures.sharedRate,
    ]
    return max(stepScale(entry.key) * (limits.max() ?? 0), packet / cacheRate)
  }

  /// The costs of segments of the heights that root groups have.
  ///
  /// There are no leaves: one costs as much as a segment of 16 rows does for it, so that all go to
  /// segments.
  ///
  /// - Precondition: the filter matrix's taps are in the order of channels, with the same number for
  ///   each.
  /// - Parameters:
  ///   - channelTaps: taps of each channel.
  /// - Returns: costs in nanoseconds, for all tiles.
  package func coverCosts(
    _ problem: BlockProblem, channelTaps: Int, tiling: BlockTiling, on figures: GPUFigures
  ) -> CoverCosts {
    let stepTaps = tiling.precision.stepTaps
    let tiles = Double(tiling.tileCount(problem))
    let nanoseconds = 1e9 * tiles / (Double(figures.multiprocessorCount) * figures.clock)
    let heights = [16, 32, 64].filter { $0 <= tiling.rootRows }.map { height in
      CoverCosts.HeightCost(
        height: height,
        perTap: stepCycles(height: height, tiling, on: figures) / Double(stepTaps) * nanoseconds,
        startUp: segmentCycles(height: height, tiling) * nanoseconds, rounding: stepTaps)
    }
    return CoverCosts(
      leaf: heights[0].time(tapCount: 1), heights: heights,
      tapsPerChunk: max(
        1, tiling.chunkTaps(channelTaps: channelTaps, channels: problem.input.channels)))
  }
}
