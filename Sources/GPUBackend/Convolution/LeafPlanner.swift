internal import Covers
package import GPUKernels
internal import Runtime
package import Tensors

/// A convolution by leaves as it will be launched. It is packed when it is: most are only compared with.
package struct LeafPlan: Sendable {
  package var problem: BlockProblem
  package var branches: [BlockBranch]
  package var tiling: LeafTiling
  package var prediction: ConvolutionPrediction

  package func packed() throws(HewnError) -> LeafLayer { try LeafLayer(problem, branches, tiling) }
}

/// Covers filters by leaves and small segments, and chooses tilings. A pure function of the target and the work.
struct LeafPlanner {
  let target: GPUTarget

  /// Segments of 8 rows of all taps.
  func dense(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> LeafPlan {
    try best(problem, branches.denseCovers(rootHeight: LeafSegment.rootRows), branches)
  }

  /// The cheapest covers that hold every weight.
  func sparse(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> LeafPlan {
    try best(
      problem, branches.exactCovers(LeafTiling.coverCosts(on: target.figures)), branches)
  }

  /// A tiling for pruned covers, and what they cost with it.
  ///
  /// - Parameter mostDensity: of some rows and a tap; fewer where the layer has fewer weights.
  func coverTimes(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch], mostDensity: Double
  ) throws(HewnError) -> (tiling: LeafTiling, times: CoverTimes) {
    var densities: [Int: Double] = [:]
    for height in [1, 2, 4, 8] {
      let now = branches.density(rows: height)
      densities[height] = now > 0 ? min(now, mostDensity) : mostDensity
    }
    return try LeafTiling.coverTimes(
      problem, branches: branches.outlines, densities: densities, on: target.figures)
  }

  /// Leaves by a tiling and covers that were chosen before.
  ///
  /// - Parameter covers: `nil` for those of ``dense(_:_:)``.
  /// - Throws: `invalidFile` where the kernel cannot compute the layer so.
  func plan(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch], _ tiling: LeafTiling,
    _ covers: [Cover]?
  ) throws(HewnError) -> LeafPlan {
    let covered = branches.covered(
      by: covers ?? branches.denseCovers(rootHeight: LeafSegment.rootRows))
    return LeafPlan(
      problem: problem, branches: covered, tiling: tiling,
      prediction: try tiling.prediction(problem, covered, on: target.figures))
  }

  private func best(
    _ problem: BlockProblem, _ covers: [Cover], _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> LeafPlan {
    let covered = branches.covered(by: covers)
    let best = try LeafTiling.best(problem, covered, on: target.figures)
    return LeafPlan(
      problem: problem, branches: covered, tiling: best.tiling, prediction: best.prediction)
  }
}

extension KernelReport {
  init(_ plan: LeafPlan) {
    let (problem, tiling) = (plan.problem, plan.tiling)
    let taps = plan.branches.lazy.flatMap(\.taps)
    let rootCount = plan.branches.reduce(0) {
      $0 + $1.cover.rows.dividedRoundingUp(by: LeafSegment.rootRows)
    }
    let kernel = LeafKernel(
      problem, tiling, LeafStage(problem, window: TapWindow(taps), tiling),
      rowBlockCount: rootCount.dividedRoundingUp(by: tiling.rootsPerBlock))
    let grid = kernel.grid
    self.init(
      name: kernel.name,
      tile: Self.tile(
        rows: tiling.rowCount, groups: tiling.tileGroups, tiling.tileRows, tiling.tileColumns),
      stageCount: tiling.stageCount, splitCount: tiling.splitCount,
      blockCount: grid.x * grid.y * grid.z, waves: plan.prediction.waves,
      sharedByteCount: kernel.sharedByteCount, limiter: plan.prediction.limiter.text)
  }
}
