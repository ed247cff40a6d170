internal import CPUKernels

/// What the kernels of matrix products of several images cost, in nanoseconds on one core.
package struct MatrixCosts: Sendable, Codable, Hashable {
  /// Time of one leaf, by vectors of a cell; entry 0 is unused.
  package var leaf: [Double]
  /// Time to start and end a row of leaves in a chunk of taps, likewise.
  package var leafRow: [Double]
  /// Time to transpose one float of the images.
  package var transposedFloat: Double
  /// Time of one vector of dense weights, by images of a pass; entry 0 is unused.
  package var panel: [Double]

  package init(leaf: [Double], leafRow: [Double], transposedFloat: Double, panel: [Double]) {
    self.leaf = leaf
    self.leafRow = leafRow
    self.transposedFloat = transposedFloat
    self.panel = panel
  }
}

extension CPUCostTable {
  /// The time of a sparse product of so many leaves.
  func leafTime(_ problem: MatrixProblem, _ plan: LeafPlan, leaves: Int) -> Double {
    guard plan.vectors > 0 else { return gatheredLeaf * Double(leaves * problem.images) }
    let rows = Double(problem.rows * plan.chunkCount)
    let group =
      matrix.leaf[plan.vectors] * Double(leaves) + matrix.leafRow[plan.vectors] * rows
      + matrix.transposedFloat * Double(problem.taps * plan.cellFloats)
    return Double(plan.groupCount) * group
  }

  /// The time of a dense product in panels.
  func denseTime(_ problem: MatrixProblem, _ kernels: KernelSet) -> Double {
    let vectors = Double(problem.rows.dividedUp(by: kernels.lanes) * problem.taps)
    guard problem.images > 1 else { return Double(problem.images) * panel * vectors }
    let images = kernels.panelImages(problem.images)
    let passes =
      Double(problem.images / images) * matrix.panel[images] + matrix.panel[problem.images % images]
    return passes * vectors
  }
}
