package import CPUKernels
internal import Covers
package import Graphs
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
    guard let input = inputs[0] else {
      throw HewnError(.internal, "a product of constants was not folded")
    }
    let problem = try problem(node)
    return try node.matrixStep(
      problem, kernels: kernels, input: input.placement, output: outputs[0].placement
    ) { () throws(HewnError) in try filterWeights(node) }
  }

  private func problem(_ node: NodeContext) throws(HewnError) -> MatrixProblem {
    guard let weights = node.shape(ofInput: 1) else {
      throw HewnError(.internal, "a product without weights", node: node.label)
    }
    let output = node.outputs[0].shape
    return MatrixProblem(
      images: output[0], rows: output[1], taps: weights[transposesB ? 1 : 0],
      activation: activation)
  }

  private func filterWeights(_ node: NodeContext) throws(HewnError) -> FilterWeights {
    let matrix = try FilterMatrix(
      try constantWeights(node), transposed: transposesB, scale: alpha)
    var bias = [Float](repeating: 0, count: matrix.rows)
    if let constant = node.constant(ofInput: 2) {
      let values = constant.floats()
      for row in bias.indices { bias[row] = beta * (values.count == 1 ? values[0] : values[row]) }
    }
    return FilterWeights(matrix: matrix, bias: bias)
  }
}

extension Gemm: CoveredOperator {
  func layerCosts(
    for node: NodeContext, inputs: [Buffer?], outputs: [Buffer], kernels: KernelSet
  ) throws(HewnError) -> LayerCosts? {
    MatrixPlanner(target: node.target, kernels: kernels).costs(try problem(node))
  }
}
