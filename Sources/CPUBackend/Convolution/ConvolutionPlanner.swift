package import CPUKernels
package import Covers
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

  /// Searches covers and packs weights.
  ///
  /// - Parameter weights: one for each branch.
  /// - Throws: `unsupported` for convolutions beyond the limits of kernels, `outOfMemory`.
  package func pack(
    _ problem: ConvolutionProblem, _ weights: [FilterWeights]
  ) throws(HewnError) -> PackedLayer {
    try checkLimits(problem)
    var matrix = MatrixReport(
      rows: problem.rowCount, taps: problem.branches.map(\.taps.count).max() ?? 0,
      weights: weights.reduce(0) { $0 + $1.matrix.values.count },
      zeros: weights.reduce(0) { $0 + $1.matrix.zeroCount })

    let tiles = TilePlanner(problem, kernels: kernels, costs: target.costs)
    let densePlan = tiles.blocks()
    let direct = try BlockProgram.dense(
      problem, weights, plan: densePlan, grid: grid(problem, densePlan), costs: target.costs,
      sectionRows: tiles.sectionRows(densePlan),
      partitions: tiles.partitions(densePlan, threads: target.threads))
    let dense = try DenseLayer(direct, problem, weights, costs: target.costs, kernels: kernels)
    guard target.engine == .sparse, matrix.zeros > 0 else {
      return PackedLayer(
        choice: EngineChoice(
          matrix: matrix, engine: .dense,
          reason: dense.reason(target.engine == .dense ? "asked for" : "no zeros"),
          denseNanoseconds: dense.nanoseconds, boundFlops: flops(dense.boundVectors)),
        weights: dense.weights)
    }

    let plan = tiles.leaves(nonZeroCount: matrix.weights - matrix.zeros)
    let grid = grid(problem, plan)
    let covers = weights.map {
      let costs = target.costs.coverCosts(taps: $0.matrix.taps, plan, grid)
      return Cover.exact($0.matrix, costs: costs, tree: .greedy($0.matrix, costs: costs))
    }
    let sparse = try BlockProgram.sparse(
      problem, weights, covers: covers, plan: plan, grid: grid, costs: target.costs,
      sectionRows: tiles.sectionRows(plan),
      partitions: tiles.partitions(plan, threads: target.threads))
    for statistics in covers.map(\.statistics) {
      for height in statistics.heights {
        matrix.segmentsByHeight[height.height, default: 0] += height.segmentCount
      }
      matrix.leaves += statistics.leafCount
      matrix.filledSlots += statistics.filledSlotCount
    }
    let ratio =
      target.milliseconds(dense.nanoseconds)
      / max(target.milliseconds(sparse.nanoseconds), .leastNonzeroMagnitude)
    let isSparse = sparse.nanoseconds < dense.nanoseconds
    return PackedLayer(
      choice: EngineChoice(
        matrix: matrix, engine: isSparse ? .sparse : .dense,
        reason: isSparse
          ? "predicted \(twoDigits(ratio)) × faster than dense"
          : dense.reason("predicted \(twoDigits(1 / ratio)) × faster than sparse"),
        sparseNanoseconds: sparse.nanoseconds, denseNanoseconds: dense.nanoseconds,
        boundFlops: flops(isSparse ? sparse.boundVectors : dense.boundVectors)),
      weights: isSparse ? .blocks(sparse.program) : dense.weights)
  }

  /// What a `Conv` takes as covers and dense, with the tiles that ``pack(_:_:)`` chooses.
  ///
  /// Rows without weights in the first of several chunks are started there by a block of their own, which
  /// these costs do not know.
  ///
  /// - Parameter nonZeroCount: of all filter matrices.
  /// - Precondition: branches have as many taps each.
  /// - Throws: `unsupported` as ``pack(_:_:)``.
  func costs(
    _ problem: ConvolutionProblem, nonZeroCount: Int
  ) throws(HewnError) -> LayerCosts {
    try checkLimits(problem)
    let taps = problem.branches.first?.taps.count ?? 0
    precondition(problem.branches.allSatisfy { $0.taps.count == taps }, "unlike branches")
    let tiles = TilePlanner(problem, kernels: kernels, costs: target.costs)
    let plan = tiles.leaves(nonZeroCount: nonZeroCount)
    let grid = grid(problem, plan)
    let groups = Double(problem.output.imageGroups)
    let winograd = WinogradChoice(problem, costs: target.costs, kernels: kernels)
    return LayerCosts(
      covers: target.costs.coverCosts(taps: taps, plan, grid).scaled(by: groups),
      floor: LayerFloor(
        floor: 0,
        fixed: groups * target.costs.rowTime(grid: grid) * Double(problem.rowCount)
          + target.handOutTime),
      denseTime: min(tiles.blockTime(tiles.blocks()), winograd.nanoseconds) + target.handOutTime)
  }

  private func flops(_ vectors: Int?) -> Int? {
    vectors.map { $0.saturatingMultiply(2 * kernels.lanes) }
  }

  private func grid(_ problem: ConvolutionProblem, _ plan: TilePlan) -> TileGrid {
    TileGrid(problem, tileVectors: plan.tileVectors, lanes: kernels.lanes)
  }

  /// - Throws: `unsupported` where a tap's offset or a filter's number does not fit into 32 bits.
  private func checkLimits(_ problem: ConvolutionProblem) throws(HewnError) {
    guard problem.rowCount <= Int(Int32.max), problem.branches.count <= Int(Int32.max) else {
      throw HewnError(.unsupported, "\(problem.rowCount) filters; the limit is 2^31 - 1")
    }
    for tap in problem.branches.lazy.flatMap(\.taps) {
      _ = try tapOffset(problem.offset(of: tap))
    }
  }
}

extension NodeContext {
  /// The step of a convolution with the weights that were packed for it, or with those that
  /// `weights` makes.
  func convolutionStep(
    _ problem: ConvolutionProblem, kernels: KernelSet, input: Placement, output: Placement,
    residual: Placement?, weights: () throws(HewnError) -> [FilterWeights]
  ) throws(HewnError) -> any Step {
    let packed =
      if let packed { packed } else {
        try ConvolutionPlanner(target: target, kernels: kernels).pack(problem, try weights())
      }
    if case .winograd(let weights) = packed.weights {
      return try winogradStep(
        problem, weights, packed.choice, kernels: kernels, input: input, output: output,
        residual: residual)
    }
    guard case .blocks(let program) = packed.weights else {
      throw HewnError(.invalidFile, "its packed weights are not those of a convolution")
    }
    let grid = TileGrid(problem, tileVectors: program.tileVectors, lanes: kernels.lanes)
    if self.packed != nil {
      try packed.choice.check(
        rows: problem.rowCount, taps: problem.branches.map(\.taps.count).max() ?? 0,
        weights: problem.branches.reduce(0) { $0 + $1.rowCount * $1.taps.count })
      try program.check(problem, grid, kernels)
    }
    return try ConvolutionStep(
      problem, program: program, grid: grid, kernels: kernels, input: input, output: output,
      residual: residual, target: target, choice: packed.choice)
  }
}
