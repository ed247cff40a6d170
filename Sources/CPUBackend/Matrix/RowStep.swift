package import CPUKernels

/// A sparse product with constant weights: every row's non-zero weights with their input indices.
///
/// A part is a block of rows × all images. One image is read float by float; several lie beside each
/// other, tap by tap, so that a leaf is one weight times whole vectors. Then a step before this one
/// transposes them.
package struct RowStep: Step {
  private let problem: MatrixProblem
  private let rows: LeafRows
  private let plan: LeafPlan
  private let kernel: LeafKernel
  private let input: Placement
  private let output: Placement
  private let transposition: TransposeImagesStep?
  package let packed: PackedLayer?
  package let decision: StepDecision?

  package init(
    _ problem: MatrixProblem, _ rows: LeafRows, kernels: KernelSet, input: Placement,
    output: Placement, packed: PackedLayer, decision: StepDecision
  ) {
    self.problem = problem
    self.rows = rows
    self.input = input
    self.output = output
    self.packed = packed
    self.decision = decision
    plan = LeafPlan(problem, lanes: kernels.lanes)
    kernel = kernels.leaves[plan.vectors]
    transposition =
      plan.vectors > 0 ? TransposeImagesStep(problem, plan, input: input) : nil
  }

  package var partCount: Int { problem.images == 0 ? 0 : plan.blockCount }
  package var preparation: (any Step)? { transposition }
  package var scratchFloatCount: Int { plan.vectors > 0 ? plan.blockRows * plan.cellFloats : 0 }
  package var sharedFloatCount: Int {
    plan.vectors > 0 ? plan.groupCount * problem.taps * plan.cellFloats : 0
  }

  package func run(part: Int, in memory: StepMemory) {
    let block = plan.rows(ofBlock: part)
    let bias = rows.bias.pointer + block.lowerBound
    if plan.vectors == 0 {
      let y = memory.pointer(output) + block.lowerBound
      for row in 0..<block.count { y[row] = bias[row] }
      accumulate(part, memory.pointer(input), y)
      apply(problem.activation, to: y, count: block.count)
      return
    }
    for group in 0..<plan.groupCount {
      for row in 0..<block.count {
        (memory.scratch + row * plan.cellFloats).update(
          repeating: bias[row], count: plan.cellFloats)
      }
      accumulate(
        part, memory.shared + group * problem.taps * plan.cellFloats, memory.scratch)
      store(block, group: group, in: memory)
    }
  }

  /// Adds a block's leaves to its accumulators, chunk by chunk.
  private func accumulate(
    _ block: Int, _ x: UnsafePointer<Float>, _ accumulators: UnsafeMutablePointer<Float>
  ) {
    for chunk in 0..<plan.chunkCount {
      kernel(
        x + chunk * plan.chunkTaps * plan.cellFloats,
        rows.quads(block: block, chunk: chunk, plan), accumulators)
    }
  }

  /// Stores a group's accumulators image by image.
  private func store(_ block: Range<Int>, group: Int, in memory: StepMemory) {
    let first = group * plan.cellFloats
    for image in first..<min(first + plan.cellFloats, problem.images) {
      let y = memory.pointer(output) + image * problem.rows + block.lowerBound
      let sums = memory.scratch + (image - first)
      for row in 0..<block.count { y[row] = sums[row &* plan.cellFloats] }
      apply(problem.activation, to: y, count: block.count)
    }
  }
}
