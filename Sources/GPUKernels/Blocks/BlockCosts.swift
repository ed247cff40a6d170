package import Covers

/// What the parts of a cover cost in a convolution on blocks.
package enum BlockCosts {
  /// Cycles to start a segment in a chunk, for each warp: its count of steps, the first offsets and
  /// fragments, and the branch. An estimate.
  package static let segmentStartUp = 48.0

  /// The costs of segments of the heights that root groups have.
  ///
  /// A tap of V rows takes the longer of its products and its traffic with shared memory (activations,
  /// offsets and weights) and the second-level cache (offsets and weights), of which the GPU's
  /// multiprocessors do a share each. There are no leaves: one costs as much as a segment of 16 rows
  /// does for it, so that all go to segments.
  ///
  /// - Precondition: the filter matrix's taps are in the order of channels, with the same number for
  ///   each.
  /// - Parameters:
  ///   - channelTaps: taps of each channel.
  /// - Returns: costs in nanoseconds, for all tiles.
  package static func coverCosts(
    _ problem: BlockProblem, channelTaps: Int, tiling: BlockTiling, on figures: GPUFigures
  ) -> CoverCosts {
    let stepTaps = tiling.precision.stepTaps
    let tiles = Double(tiling.tileCount(problem))
    let nanoseconds = 1e9 * tiles / (Double(figures.multiprocessorCount) * figures.clock)
    // Four warps start at a time.
    let startUp = segmentStartUp * Double(tiling.warpCount / tiling.rootsPerBlock) / 4
    var heights: [CoverCosts.HeightCost] = []
    for height in [16, 32, 64] where height <= tiling.rootRows {
      heights.append(
        .init(
          height: height,
          perTap: stepCycles(height, tiling, figures) / Double(stepTaps) * nanoseconds,
          startUp: startUp * nanoseconds, rounding: stepTaps))
    }
    let least = heights[0]
    return CoverCosts(
      leaf: least.time(tapCount: 1), heights: heights,
      tapsPerChunk: max(
        1, tiling.chunkTaps(channelTaps: channelTaps, channels: problem.input.channels)))
  }

  /// Cycles of a multiprocessor for a step of a segment, of all pixels of a tile.
  private static func stepCycles(
    _ height: Int, _ tiling: BlockTiling, _ figures: GPUFigures
  ) -> Double {
    let pixels = Double(tiling.pixelCount)
    let products =
      Double(height * 8 * tiling.precision.stepTaps * tiling.precision.productCount) * pixels
    let weights = Double(tiling.stepWeightByteCount(height: height))
    let packet = weights + Double(tiling.stepTapByteCount)
    let readers = Double(tiling.pixelWarps)
    let offsets = tiling.form == .warp ? 128.0 : 512.0
    let shared = 2 * 128 * pixels + readers * (weights + offsets) + packet
    let cacheRate =
      figures.cacheBandwidth / (figures.clock * Double(figures.multiprocessorCount))
    return max(
      products / tiling.tensorRate(figures), shared / figures.sharedRate, packet / cacheRate)
  }
}
