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
      { () throws(HewnError) in .blocks(try blocks.dense(problem, branches)) },
      { () throws(HewnError) in .leaves(try leaves.dense(problem, branches)) },
      time: \.seconds)
  }

  /// The fastest that leaves out zeros.
  package func sparse(
    _ problem: BlockProblem, _ branches: [BlockWork.Branch]
  ) throws(HewnError) -> ConvolutionPlan {
    try fastest(
      { () throws(HewnError) in .blocks(try blocks.sparse(problem, branches)) },
      { () throws(HewnError) in .leaves(try leaves.sparse(problem, branches)) },
      time: \.seconds)
  }

  /// - Throws: what `blocks` throws, where `leaves` have no plan either.
  func fastest<Plan>(
    _ blocks: () throws(HewnError) -> Plan, _ leaves: () throws(HewnError) -> Plan,
    time: (Plan) -> Double
  ) throws(HewnError) -> Plan {
    guard target.precision == .f32 else { return try blocks() }
    let (onBlocks, byLeaves) = (Result(catching: blocks), Result(catching: leaves))
    guard case .success(let leafPlan) = byLeaves else { return try onBlocks.get() }
    guard case .success(let blockPlan) = onBlocks, time(blockPlan) <= time(leafPlan) else {
      return leafPlan
    }
    return blockPlan
  }
}
