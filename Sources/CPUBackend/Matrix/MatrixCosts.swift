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
    fixedTime(problem, plan) + leafTime(plan, images: problem.images) * Double(leaves)
  }

  /// The time of one leaf with all images.
  func leafTime(_ plan: LeafPlan, images: Int) -> Double {
    plan.vectors > 0
      ? Double(plan.groupCount) * matrix.leaf[plan.vectors] : gatheredLeaf * Double(images)
  }

  /// The time of a sparse product without leaves: rows are started, and images transposed.
  func fixedTime(_ problem: MatrixProblem, _ plan: LeafPlan) -> Double {
    guard plan.vectors > 0 else { return 0 }
    let rows = Double(problem.rows * plan.chunkCount)
    return Double(plan.groupCount)
      * (matrix.leafRow[plan.vectors] * rows
        + matrix.transposedFloat * Double(problem.taps * plan.cellFloats))
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
