package import CPUKernels
package import Covers
internal import Runtime
package import Tensors

/// Packs the weights of a product for the step that is predicted to be faster, or the one that was
/// asked for.
package struct MatrixPlanner {
  private let target: NodeContext.Target
  private let kernels: KernelSet

  package init(target: NodeContext.Target, kernels: KernelSet) {
    self.target = target
    self.kernels = kernels
  }

  /// - Throws: `outOfMemory`.
  package func pack(
    _ problem: MatrixProblem, _ weights: FilterWeights
  ) throws(HewnError) -> PackedLayer {
    let matrix = weights.matrix
    let plan = LeafPlan(problem, lanes: kernels.lanes)
    let denseTime = target.costs.denseTime(problem, kernels)
    let sparseTime = target.costs.leafTime(problem, plan, leaves: matrix.nonZeroCount)
    let (dense, sparse) = (target.milliseconds(denseTime), target.milliseconds(sparseTime))
    let hasChoice = target.engine == .sparse && matrix.zeroCount > 0
    let isSparse = hasChoice && sparse < dense
    var report = MatrixReport(
      rows: matrix.rows, taps: matrix.taps, weights: matrix.values.count,
      zeros: matrix.zeroCount)
    if isSparse { report.leaves = matrix.nonZeroCount }
    let reason =
      if target.engine == .dense {
        "asked for"
      } else if matrix.zeroCount == 0 {
        "no zeros"
      } else if isSparse {
        "predicted \(twoDigits(dense / sparse)) × faster than dense"
      } else {
        "predicted \(twoDigits(sparse / dense)) × faster than sparse"
      }
    return PackedLayer(
      choice: EngineChoice(
        matrix: report, engine: isSparse ? .sparse : .dense, reason: reason,
        sparseNanoseconds: hasChoice ? sparseTime : nil, denseNanoseconds: denseTime),
      weights: isSparse
        ? .leaves(try LeafRows(weights, plan))
        : .panels(
          try WeightPanels(weights, rows: kernels.panelRows(images: problem.images))))
  }

  /// What a product takes as covers, which are all leaves, and dense.
  func costs(_ problem: MatrixProblem) -> LayerCosts {
    let plan = LeafPlan(problem, lanes: kernels.lanes)
    let costs = target.costs
    return LayerCosts(
      covers: CoverCosts(leaf: costs.leafTime(plan, images: problem.images), heights: []),
      floor: LayerFloor(floor: 0, fixed: costs.fixedTime(problem, plan) + target.handOutTime),
      denseTime: costs.denseTime(problem, kernels) + target.handOutTime)
  }
}

extension NodeContext {
  /// The step of a product with the weights that were packed for it, or with those that `weights`
  /// makes.
  func matrixStep(
    _ problem: MatrixProblem, kernels: KernelSet, input: Placement, output: Placement,
    weights: () throws(HewnError) -> FilterWeights
  ) throws(HewnError) -> any Step {
    let packed =
      if let packed { packed } else {
        try MatrixPlanner(target: target, kernels: kernels).pack(problem, try weights())
      }
    if self.packed != nil {
      try packed.choice.check(
        rows: problem.rows, taps: problem.taps, weights: problem.rows * problem.taps)
    }
    let decision = StepDecision(packed, target: target)
    switch packed.weights {
    case .leaves(let rows):
      if self.packed != nil {
        try rows.check(problem, LeafPlan(problem, lanes: kernels.lanes))
      }
      return RowStep(
        problem, rows, kernels: kernels, input: input, output: output, packed: packed,
        decision: decision)
    case .panels(let panels):
      if self.packed != nil {
        try panels.check(problem, panelRows: kernels.panelRows(images: problem.images))
      }
      return PanelStep(
        problem, panels, kernels: kernels, input: input, output: output, packed: packed,
        decision: decision)
    case .blocks, .winograd:
      throw HewnError(.invalidFile, "its packed weights are those of a convolution")
    }
  }
}
