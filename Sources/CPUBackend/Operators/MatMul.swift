package import CPUKernels
internal import Covers
package import Graphs
package import Tensors

extension MatMul: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    return .plain(node)
  }

  /// A constant matrix on the right makes a fully connected layer, whatever the batch of A.
  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let geometry = try geometry(
      a: node.shape(ofInput: 0) ?? [], b: node.shape(ofInput: 1) ?? [])
    guard let (problem, weights) = problem(geometry, node), let input = inputs[0] else {
      return try batchStep(geometry, node, inputs, output: outputs[0])
    }
    return try node.matrixStep(
      problem, kernels: kernels, input: input.placement, output: outputs[0].placement
    ) { () throws(HewnError) in
      let matrix = try FilterMatrix(weights, transposed: false, scale: 1)
      return FilterWeights(matrix: matrix, bias: [Float](repeating: 0, count: matrix.rows))
    }
  }

  /// What a product with a constant matrix computes, and the matrix; `nil` for all others.
  private func problem(
    _ geometry: MatrixGeometry, _ node: NodeContext
  ) -> (MatrixProblem, weights: Tensor)? {
    guard let weights = node.constant(ofInput: 1), weights.shape.rank == 2 else { return nil }
    let problem = MatrixProblem(
      images: geometry.batch.elementCount * geometry.rows, rows: geometry.columns,
      taps: geometry.depth, activation: .identity)
    return (problem, weights)
  }

  /// The step of a product whose operands are both read when it runs.
  private func batchStep(
    _ geometry: MatrixGeometry, _ node: NodeContext, _ inputs: [Located?], output: Located
  ) throws(HewnError) -> any Step {
    func starts(_ batch: Shape, size: Int) -> [Int] {
      let lead = geometry.batch.rank - batch.rank
      let strides = (0..<geometry.batch.rank).map { axis in
        axis < lead || batch[axis - lead] == 1 ? 0 : batch.strides[axis - lead] * size
      }
      return flatOffsets(extents: geometry.batch.dimensions[...], strides: strides[...])
    }
    return try MatMulStep(
      rows: geometry.rows, depth: geometry.depth, columns: geometry.columns,
      a: try node.source(ofInput: 0, inputs).floats,
      aStarts: starts(geometry.batchA, size: geometry.rows * geometry.depth),
      b: try node.source(ofInput: 1, inputs).floats,
      bStarts: starts(geometry.batchB, size: geometry.depth * geometry.columns),
      target: output.placement.offset)
  }
}

extension MatMul: CoveredOperator {
  func layerCosts(
    for node: NodeContext, inputs: [Buffer?], outputs: [Buffer], kernels: KernelSet
  ) throws(HewnError) -> LayerCosts? {
    let geometry = try geometry(
      a: node.shape(ofInput: 0) ?? [], b: node.shape(ofInput: 1) ?? [])
    guard inputs[0] != nil, let (problem, _) = problem(geometry, node) else { return nil }
    return MatrixPlanner(target: node.target, kernels: kernels).costs(problem)
  }
}
