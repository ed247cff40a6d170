package import Covers
package import GPUKernels
package import Tensors

/// A convolution, and what it costs as covers with a tiling.
package struct PricedConvolution: Sendable {
  package let problem: BlockProblem
  package let branches: [BlockWork.Branch]
  package let tiling: ConvolutionChoice.Part.Tiling
  package let costs: LayerCosts

  package init(
    problem: BlockProblem, branches: [BlockWork.Branch], tiling: ConvolutionChoice.Part.Tiling,
    costs: LayerCosts
  ) {
    self.problem = problem
    self.branches = branches
    self.tiling = tiling
    self.costs = costs
  }
}

extension ConvolutionPlanner {
  /// The share of the pairs of 16 rows and a tap that pruned covers are expected to have, at most.
  private static let mostDensity = 0.5

  /// What a convolution costs as covers and dense.
  ///
  /// The tiling is the one for pruned filters, as costs are made to prune by: half of all pairs of rows and a tap
  /// have a weight, or as many as now where those are fewer. The rows of tall row groups are taken to share their
  /// taps, as those that are pruned by such costs do. Root groups are then as tall as keeps the GPU busy.
  ///
  /// - Throws: as ``dense(_:_:)``.
  package func price(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> PricedConvolution {
    let (tiling, times) = try coverTimes(problem, branches)
    return PricedConvolution(
      problem: problem, branches: branches, tiling: tiling,
      costs: LayerCosts(
        covers: times.covers, floor: times.floor,
        denseTime: 1e9 * (try dense(problem, branches).seconds)))
  }

  /// The kernel that is faster with the expected covers.
  private func coverTimes(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> (ConvolutionChoice.Part.Tiling, CoverTimes) {
    let now = branches.density(rows: BlockWork.leastRows)
    let density = now > 0 ? min(now, Self.mostDensity) : Self.mostDensity
    return try fastest(
      { () throws(HewnError) in
        let (tiling, times) = try blocks.coverTimes(problem, branches, density: density)
        return (.blocks(tiling), times)
      },
      { () throws(HewnError) in
        let (tiling, times) = try leaves.coverTimes(problem, branches, mostDensity: density)
        return (.leaves(tiling), times)
      }, time: { $1.nanoseconds })
  }

  /// The convolution with covers of its branches, by the tiling that they were priced for.
  ///
  /// - Throws: as packing weights does.
  package func plan(
    _ priced: PricedConvolution, covers: [Cover]
  ) throws(HewnError) -> ConvolutionPlan {
    switch priced.tiling {
    case .blocks(let tiling):
      .blocks(try blocks.plan(priced.problem, priced.branches, tiling, covers))
    case .leaves(let tiling):
      .leaves(try leaves.plan(priced.problem, priced.branches, tiling, covers))
    }
  }
}
