package import CPUKernels
internal import Covers
internal import Runtime
package import Tensors

/// Makes the sparse and the dense program of a convolution and keeps the one that is predicted to
/// be faster, or the one that was asked for.
package struct ConvolutionPlanner {
  private let target: NodeContext.Target
  private let kernels: KernelSet

  package init(target: NodeContext.Target, kernels: KernelSet) {
    self.target = target
    self.kernels = kernels
  }

  package func step(
    _ problem: ConvolutionProblem, input: Placement, output: Placement, residual: Placement?
  ) throws(HewnError) -> ConvolutionStep {
    try checkOffsets(problem)
    var matrix = MatrixReport(
      rows: problem.rowCount, taps: problem.branches.map(\.matrix.taps).max() ?? 0,
      weights: problem.branches.reduce(0) { $0 + $1.matrix.values.count },
      zeros: problem.branches.reduce(0) { $0 + $1.matrix.zeroCount })

    let densePlan = TilePlan(problem, lanes: kernels.lanes, for: .blocks)
    let dense = try BlockProgram.dense(
      problem, plan: densePlan, costs: target.costs,
      sectionRows: sectionRows(problem, densePlan))
    let denseTime = milliseconds(dense)

    func step(
      _ program: BlockProgram, _ plan: TilePlan, engine: Engine, reason: String, sparse: Double?
    ) throws(HewnError) -> ConvolutionStep {
      try ConvolutionStep(
        problem, program: program, plan: plan, kernels: kernels, input: input, output: output,
        residual: residual, threads: target.threads,
        decision: StepDecision(
          matrix: matrix, engine: engine.rawValue, reason: reason, sparseMilliseconds: sparse,
          denseMilliseconds: denseTime, weightByteCount: program.byteCount))
    }
    guard target.engine == .sparse else {
      return try step(dense, densePlan, engine: .dense, reason: "asked for", sparse: nil)
    }
    guard matrix.zeros > 0 else {
      return try step(dense, densePlan, engine: .dense, reason: "no zeros", sparse: nil)
    }

    let plan = TilePlan(problem, lanes: kernels.lanes, for: .leaves)
    let costs = target.costs.coverCosts(plan)
    let covers = problem.branches.map {
      Cover.exact($0.matrix, costs: costs, tree: .greedy($0.matrix, costs: costs))
    }
    let sparse = try BlockProgram.sparse(
      problem, covers: covers, plan: plan, costs: target.costs,
      sectionRows: sectionRows(problem, plan))
    let sparseTime = milliseconds(sparse)
    for statistics in covers.map(\.statistics) {
      for height in statistics.heights {
        matrix.segmentsByHeight[height.height, default: 0] += height.segmentCount
      }
      matrix.leaves += statistics.leafCount
      matrix.filledSlots += statistics.filledSlotCount
    }
    let ratio = denseTime / max(sparseTime, .leastNonzeroMagnitude)
    let isSparse = sparse.predictedNanoseconds < dense.predictedNanoseconds
    let reason =
      isSparse
      ? "predicted \(twoDigits(ratio)) × faster than dense"
      : "predicted \(twoDigits(1 / ratio)) × faster than sparse"
    return isSparse
      ? try step(sparse, plan, engine: .sparse, reason: reason, sparse: sparseTime)
      : try step(dense, densePlan, engine: .dense, reason: reason, sparse: sparseTime)
  }

  /// Rows of a section: few enough for the accumulators to stay in L1, and for all threads to find
  /// work where the map is small.
  private func sectionRows(_ problem: ConvolutionProblem, _ plan: TilePlan) -> Int {
    let tiles = problem.output.images * plan.tileCount
    let wantedParts = 2 * target.threads
    let partitions = max(1, (wantedParts + tiles - 1) / max(1, tiles))
    let evenShare = (problem.rowCount + partitions - 1) / partitions
    return max(1, min(plan.sectionRows(lanes: kernels.lanes), evenShare))
  }

  private func milliseconds(_ program: BlockProgram) -> Double {
    (program.predictedNanoseconds / Double(target.threads) + target.costs.part) * 1e-6
  }

  /// - Throws: `unsupported` where a tap's offset does not fit into 32 bits.
  private func checkOffsets(_ problem: ConvolutionProblem) throws(HewnError) {
    for branch in problem.branches {
      for tap in branch.taps { _ = try tapOffset(problem.offset(of: tap)) }
    }
  }
}
