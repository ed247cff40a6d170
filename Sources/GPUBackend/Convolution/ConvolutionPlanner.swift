package import GPUKernels
internal import Runtime
package import Tensors

/// Chooses the kernels of convolutions by predicted time. A pure function of the target and the work.
///
/// Blocks run on tensor cores. Of f32 they take three products for one, so that leaves, which take the
/// others' single multiply-adds, may be faster.
package struct ConvolutionPlanner: Sendable {
  package let target: GPUTarget

  package init(target: GPUTarget) { self.target = target }

  var blocks: BlockPlanner { BlockPlanner(target: target) }
  var leaves: LeafPlanner { LeafPlanner(target: target) }

  /// The fastest that multiplies with every weight.
  package func dense(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> ConvolutionPlan {
    try fastest(
      { () throws(HewnError) in try blocks.dense(problem, branches) },
      { () throws(HewnError) in try leaves.dense(problem, branches) })
  }

  /// The fastest that leaves out zeros.
  package func sparse(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> ConvolutionPlan {
    try fastest(
      { () throws(HewnError) in try blocks.sparse(problem, branches) },
      { () throws(HewnError) in try leaves.sparse(problem, branches) })
  }

  /// - Throws: what `blocks` throws, where `leaves` have no plan either.
  private func fastest(
    _ blocks: () throws(HewnError) -> BlockPlan, _ leaves: () throws(HewnError) -> LeafPlan
  ) throws(HewnError) -> ConvolutionPlan {
    guard target.precision == .f32 else { return .blocks(try blocks()) }
    let (onBlocks, byLeaves) = (Result(catching: blocks), Result(catching: leaves))
    guard case .success(let leafPlan) = byLeaves else { return .blocks(try onBlocks.get()) }
    guard case .success(let blockPlan) = onBlocks,
      blockPlan.prediction.seconds <= leafPlan.prediction.seconds
    else { return .leaves(leafPlan) }
    return .blocks(blockPlan)
  }
}
