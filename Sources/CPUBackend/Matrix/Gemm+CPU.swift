package import CPUKernels
internal import Covers
package import Graphs
internal import Runtime
package import Tensors

extension Gemm: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? {
    if transposesA { return "a transposed input" }
    if node.outputs[0].shape.elementCount == 0 { return "no output elements" }
    if let obstacle = node.weightObstacle { return obstacle }
    guard let shape = node.shape(ofInput: 2) else { return nil }
    let isRow = shape.elementCount == 1 || shape.elementCount == node.outputs[0].shape[1]
    return isRow && shape.dimensions.last ?? 1 == shape.elementCount
      ? nil : "C of shape \(shape), which is no row"
  }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands { .plain(node) }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let weights = try constantWeights(node)
    let matrix = try MatrixProblem.matrix(weights, transposed: transposesB, scale: alpha)
    var bias = [Float](repeating: 0, count: matrix.rows)
    if let constant = node.constant(ofInput: 2) {
      let values = constant.floats()
      for row in bias.indices { bias[row] = beta * (values.count == 1 ? values[0] : values[row]) }
    }
    guard let input = inputs[0] else {
      throw HewnError(.internal, "a product of constants was not folded")
    }
    return try MatrixProblem(
      images: outputs[0].shape[0], matrix: matrix, bias: bias, activation: activation
    ).step(node.target, kernels: kernels, input: input.placement, output: outputs[0].placement)
  }
}

extension MatrixProblem {
  /// The step that is predicted to be faster, or the one that was asked for.
  func step(
    _ target: NodeContext.Target, kernels: KernelSet, input: Placement, output: Placement
  ) throws(HewnError) -> any Step {
    let costs = target.costs
    let scale = 1e-6 * Double(images) / Double(target.threads)
    let vectors = (matrix.rows + kernels.lanes - 1) / kernels.lanes * matrix.taps
    let dense = scale * costs.panel * Double(vectors) + costs.part * 1e-6
    let sparse = scale * costs.gatheredLeaf * Double(matrix.nonZeroCount) + costs.part * 1e-6
    let isSparse = target.engine == .sparse && matrix.zeroCount > 0 && sparse < dense
    var report = MatrixReport(
      rows: matrix.rows, taps: matrix.taps, weights: matrix.values.count,
      zeros: matrix.zeroCount)
    if isSparse { report.leaves = matrix.nonZeroCount }
    let reason =
      if target.engine == .dense {
        "asked for"
      } else if matrix.zeroCount == 0 {
        "no zeros"
      } else if isSparse {
        "predicted \(twoDigits(dense / sparse)) × faster than dense"
      } else {
        "predicted \(twoDigits(sparse / dense)) × faster than sparse"
      }
    let decision = StepDecision(
      matrix: report, engine: (isSparse ? Engine.sparse : .dense).rawValue, reason: reason,
      sparseMilliseconds: target.engine == .sparse && matrix.zeroCount > 0 ? sparse : nil,
      denseMilliseconds: dense, weightByteCount: 0)
    return isSparse
      ? try RowStep(self, input: input, output: output, decision: decision)
      : try PanelStep(self, kernels: kernels, input: input, output: output, decision: decision)
  }
}
