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
    try plan(problem, branches) { .dense($0, rootHeight: LeafSegment.rootRows) }
  }

  /// The cheapest covers that hold every weight.
  func sparse(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> LeafPlan {
    let costs = LeafTiling.coverCosts(on: target.figures)
    return try plan(problem, branches) { .exact($0, costs: costs, tree: .greedy($0, costs: costs)) }
  }

  private func plan(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch], cover: (FilterMatrix) -> Cover
  ) throws(HewnError) -> LeafPlan {
    let covered = branches.map { branch in
      BlockBranch(
        taps: branch.taps, cover: cover(branch.weights.matrix), firstRow: branch.firstRow,
        bias: branch.weights.bias)
    }
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
