internal import Covers
internal import GPUKernels
internal import Graphs
internal import Runtime
internal import Tensors

extension GPULowering {
  /// Emits convolutions, sparse or dense, whichever is predicted to be faster in all, or the one that was
  /// asked for.
  ///
  /// - Parameter works: of one node, such as the phases of a transposed convolution; at least one.
  func convolve(_ works: [BlockWork]) throws(HewnError) -> GPUDecision {
    var matrix = MatrixReport(
      rows: 0, taps: works.flatMap(\.branches).map(\.taps.count).max() ?? 0, weights: 0, zeros: 0)
    for weights in works.flatMap(\.branches).map(\.weights) {
      matrix.rows += weights.matrix.rows
      matrix.weights += weights.matrix.values.count
      matrix.zeros += weights.matrix.zeroCount
    }
    let planner = BlockPlanner(target: target)
    let dense = try works.map { (work) throws(HewnError) in try planner.dense(work) }
    let denseSeconds = dense.reduce(0) { $0 + $1.seconds }
    guard target.engine == .sparse, matrix.zeros > 0 else {
      for (work, plan) in zip(works, dense) { try emit(plan, work) }
      return GPUDecision(
        engine: Engine.dense.rawValue,
        reason: target.engine == .dense ? "asked for" : "no zeros", matrix: matrix,
        denseSeconds: denseSeconds, kernel: dense.first?.report)
    }
    let sparse = try works.map { (work) throws(HewnError) in try planner.sparse(work) }
    let sparseSeconds = sparse.reduce(0) { $0 + $1.seconds }
    for plan in sparse { plan.count(in: &matrix) }
    let isSparse = sparseSeconds < denseSeconds
    for (work, plan) in zip(works, isSparse ? sparse : dense) { try emit(plan, work) }
    let ratio =
      isSparse ? denseSeconds / max(sparseSeconds, .leastNonzeroMagnitude)
      : sparseSeconds / max(denseSeconds, .leastNonzeroMagnitude)
    return GPUDecision(
      engine: isSparse ? Engine.sparse.rawValue : Engine.dense.rawValue,
      reason: "predicted \(twoDigits(ratio)) × faster than \(isSparse ? "dense" : "sparse")",
      matrix: matrix, sparseSeconds: sparseSeconds, denseSeconds: denseSeconds,
      kernel: (isSparse ? sparse : dense).first?.report)
  }

  /// Emits the launches of one convolution, and of a function that its kernel does not know.
  private func emit(_ plan: BlockPlan, _ work: BlockWork) throws(HewnError) {
    guard BlockActivation(work.activation) == nil else {
      try launch(plan, work)
      return
    }
    guard work.isWhole else {
      throw HewnError(
        .unsupported, "no GPU kernel for \(work.activation.name) after a convolution whose output"
          + " lies apart")
    }
    try launch(plan, work)
    let output = GPUTensor(
      work.outputMemory, target.element,
      [8 * work.imageGroups, work.output.channels, work.output.height, work.output.width])
    try apply(work.activation, to: output)
  }

  private func launch(_ plan: BlockPlan, _ work: BlockWork) throws(HewnError) {
    let layer = plan.layer
    let tables = BlockTableMemory(
      work: constant(layer.work), chunks: constant(layer.chunks),
      channels: constant(layer.channels), packets: constant(layer.packets),
      rows: constant(layer.rows), bias: constant(layer.bias))
    let reads = [work.inputMemory] + (work.residualMemory.map { [$0] } ?? []) + tables.all
    let kernel = BlockKernel(layer)
    guard layer.sumsByteCount > 0 else {
      try launch(kernel, reads: reads, writes: [work.outputMemory]) { addresses in
        kernel.arguments(
          tables.tables(addresses), input: addresses[work.inputMemory],
          output: addresses[work.outputMemory],
          residual: work.residualMemory.map { addresses[$0] })
      }
      return
    }
    let sums = try scratch(byteCount: layer.sumsByteCount)
    try launch(kernel, reads: reads, writes: [sums]) { addresses in
      kernel.arguments(
        tables.tables(addresses), input: addresses[work.inputMemory], output: addresses[sums])
    }
    let finish = BlockFinishKernel(layer)
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
