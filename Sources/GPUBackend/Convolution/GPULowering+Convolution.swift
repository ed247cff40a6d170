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
    var matrix = MatrixReport(
      rows: 0, taps: works.flatMap(\.branches).map(\.taps.count).max() ?? 0, weights: 0, zeros: 0)
    for weights in works.flatMap(\.branches).map(\.weights) {
      matrix.rows += weights.matrix.rows
      matrix.weights += weights.matrix.values.count
      matrix.zeros += weights.matrix.zeroCount
    }
    let planner = BlockPlanner(target: target)
    let dense = try works.map { (work) throws(HewnError) in
      try planner.dense(work.problem, work.branches)
    }
    let denseSeconds = dense.reduce(0) { $0 + $1.seconds }
    guard target.engine == .sparse, matrix.zeros > 0 else {
      try emit(dense, works, output, activation)
      return GPUDecision(
        engine: Engine.dense.rawValue,
        reason: target.engine == .dense ? "asked for" : "no zeros", matrix: matrix,
        denseSeconds: denseSeconds, kernel: dense.first.map(KernelReport.init))
    }
    let sparse = try works.map { (work) throws(HewnError) in
      try planner.sparse(work.problem, work.branches)
    }
    let sparseSeconds = sparse.reduce(0) { $0 + $1.seconds }
    for plan in sparse { plan.count(in: &matrix) }
    let isSparse = sparseSeconds < denseSeconds
    try emit(isSparse ? sparse : dense, works, output, activation)
    let ratio =
      isSparse
      ? denseSeconds / max(sparseSeconds, .leastNonzeroMagnitude)
      : sparseSeconds / max(denseSeconds, .leastNonzeroMagnitude)
    return GPUDecision(
      engine: isSparse ? Engine.sparse.rawValue : Engine.dense.rawValue,
      reason: "predicted \(twoDigits(ratio)) × faster than \(isSparse ? "dense" : "sparse")",
      matrix: matrix, sparseSeconds: sparseSeconds, denseSeconds: denseSeconds,
      kernel: (isSparse ? sparse : dense).first.map(KernelReport.init))
  }

  /// Emits the launches of convolutions, and of a function that their kernel does not know.
  private func emit(
    _ plans: [BlockPlan], _ works: [BlockWork], _ output: GPUTensor, _ activation: Activation
  ) throws(HewnError) {
    for (plan, work) in zip(plans, works) { try launch(plan, work) }
    if BlockActivation(activation) == nil { try apply(activation, to: output) }
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
