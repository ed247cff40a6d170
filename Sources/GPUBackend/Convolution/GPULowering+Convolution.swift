internal import Covers
internal import GPUKernels
internal import Graphs
internal import Runtime
internal import Tensors

extension GPULowering {
  /// Emits convolutions, sparse or dense, whichever is predicted to be faster in all, or the one that was
  /// asked for.
  ///
  /// - Parameters:
  ///   - works: of one node, such as the phases of a transposed convolution; at least one.
  ///   - output: what all of them write.
  /// - Precondition: the output is dense where the activation takes a kernel of its own.
  func convolve(
    _ works: [BlockWork], output: GPUTensor, activation: Activation
  ) throws(HewnError) -> GPUDecision {
    let (choice, plans) = try choice(works)
    program.choices[node.index] = choice
    try emit(plans, works, output, activation)
    return GPUDecision(
      engine: (choice.isSparse ? Engine.sparse : .dense).rawValue,
      reason: choice.reason(asked: target.engine), matrix: choice.matrix,
      sparseSeconds: choice.sparseSeconds, denseSeconds: choice.denseSeconds,
      kernel: plans.first.map(KernelReport.init))
  }

  /// What was chosen for the node before, or is now.
  private func choice(
    _ works: [BlockWork]
  ) throws(HewnError) -> (ConvolutionChoice, [ConvolutionPlan]) {
    let planner = ConvolutionPlanner(target: target)
    let matrix = MatrixReport(works.flatMap(\.branches))
    guard let known = knownChoices else { return try planner.choose(works, matrix) }
    guard let choice = known[node.index] else {
      throw HewnError(.invalidFile, "no choice for a node that has weights")
    }
    try choice.check(against: matrix, asked: target.engine)
    return (choice, try planner.plans(of: choice, for: works))
  }

  /// Emits the launches of convolutions, and of a function that their kernel does not know.
  private func emit(
    _ plans: [ConvolutionPlan], _ works: [BlockWork], _ output: GPUTensor, _ activation: Activation
  ) throws(HewnError) {
    for (plan, work) in zip(plans, works) {
      switch plan {
      case .blocks(let plan): try launch(plan.layer, work)
      case .leaves(let plan): try launch(try plan.packed(), work)
      }
    }
    if BlockActivation(activation) == nil { try apply(activation, to: output) }
  }

  private func launch(_ layer: BlockLayer, _ work: BlockWork) throws(HewnError) {
    let kernel = BlockKernel(layer)
    // Not of the kernel, with which a plan would keep the layer's tables twice.
    let arguments = kernel.arguments(BlockTables(), input: 0, output: 0)
    try launch(kernel, BlockFinishKernel(layer), memory(of: layer), work) {
      arguments.at($0, input: $1, output: $2, residual: $3)
    }
  }

  private func launch(_ layer: LeafLayer, _ work: BlockWork) throws(HewnError) {
    let finish = BlockFinishKernel(
      layer.problem, .f32, positionCount: layer.rows.count, splitCount: layer.tiling.splitCount)
    let kernel = LeafKernel(layer)
    let readsResidual = layer.tiling.splitCount == 1 && layer.problem.residual != nil
    let arguments = kernel.arguments(
      layer, BlockTables(), input: 0, output: 0, residual: readsResidual ? 0 : nil)
    try launch(kernel, finish, memory(of: layer), work) {
      arguments.at($0, input: $1, output: $2, residual: $3)
    }
  }

  private func memory(of layer: some PackedConvolution) -> BlockTableMemory {
    BlockTableMemory(
      work: constant(layer.work), chunks: constant(layer.chunks),
      channels: constant(layer.channels), packets: constant(layer.packets),
      rows: constant(layer.rows), bias: constant(layer.bias))
  }

  /// Launches a kernel that writes the output, or sums that `finish` adds up where blocks share chunks.
  private func launch<Kernel: ProblemKernel>(
    _ kernel: Kernel, _ finish: BlockFinishKernel, _ tables: BlockTableMemory, _ work: BlockWork,
    arguments:
      @escaping @Sendable (
        _ tables: BlockTables, _ input: UInt64, _ output: UInt64, _ residual: UInt64?
      ) -> Kernel.Arguments
  ) throws(HewnError) {
    let reads = [work.inputMemory] + (work.residualMemory.map { [$0] } ?? []) + tables.all
    guard finish.splitCount > 1 else {
      try launch(kernel, reads: reads, writes: [work.outputMemory]) { addresses in
        arguments(
          tables.tables(addresses), addresses[work.inputMemory], addresses[work.outputMemory],
          work.residualMemory.map { addresses[$0] })
      }
      return
    }
    let sums = try scratch(
      byteCount: finish.problem.sumsByteCount(splits: finish.splitCount))
    try launch(kernel, reads: reads, writes: [sums]) { addresses in
      arguments(tables.tables(addresses), addresses[work.inputMemory], addresses[sums], nil)
    }
    try launch(finish, reads: reads + [sums], writes: [work.outputMemory]) { addresses in
      finish.arguments(
        tables.tables(addresses), sums: addresses[sums], output: addresses[work.outputMemory],
        residual: work.residualMemory.map { addresses[$0] })
    }
  }
}

/// Where a layer's tables lie.
private struct BlockTableMemory {
  var work: GPUMemory
  var chunks: GPUMemory
  var channels: GPUMemory
  var packets: GPUMemory
  var rows: GPUMemory
  var bias: GPUMemory

  var all: [GPUMemory] { [work, chunks, channels, packets, rows, bias] }

  func tables(_ addresses: GPUAddresses) -> BlockTables {
    BlockTables(
      work: addresses[work], chunks: addresses[chunks], channels: addresses[channels],
      packets: addresses[packets], rows: addresses[rows], bias: addresses[bias])
  }
}
