package import Covers

/// What a layer takes as covers on one kernel, near the covers that it is expected to have.
///
/// A prediction is convex in the work of covers: the longest of some limits, a part of the others, and waits that
/// work hides. Of its lines ``LayerFloor`` has two: the one on which the expected covers lie, and the least
/// time of the layer, which memory traffic, staging and the start of kernels take.
package struct CoverTimes: Hashable, Sendable {
  /// In nanoseconds of the GPU for the whole batch.
  package let covers: CoverCosts
  package let floor: LayerFloor
  /// The predicted time with the expected covers.
  package let nanoseconds: Double

  /// Brings the costs by which covers are searched to the level of predictions.
  ///
  /// - Parameters:
  ///   - covers: what parts of covers cost relative to each other.
  ///   - coverTime: what the expected covers cost by these; positive.
  ///   - loaded: what is predicted with the expected covers.
  ///   - empty: what is predicted of the same chunks without any part of a cover.
  init(
    _ covers: CoverCosts, coverTime: Double, loaded: ConvolutionPrediction,
    empty: ConvolutionPrediction
  ) {
    let limiter = loaded.longestOfBlocks
    let line = loaded.seconds(limitedBy: limiter)
    let fixed = empty.seconds(limitedBy: limiter)
    self.covers = covers.scaled(by: 1e9 * max(0, line - fixed) / coverTime)
    // Where memory or waits for chunks take longer, fewer weights take as long as these.
    let isBelowFloor = loaded.seconds - line > 1e-9 * loaded.seconds
    let least = isBelowFloor ? loaded.seconds : min(empty.seconds, loaded.seconds)
    floor = LayerFloor(floor: 1e9 * least, fixed: 1e9 * fixed)
    nanoseconds = 1e9 * loaded.seconds
  }
}
