package import CPUKernels
package import Graphs
package import Tensors

extension MaxPool: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? { node.poolObstacle }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.poolLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let input = try node.source(ofInput: 0, inputs)
    let geometry = try window.geometry(input: node.shape(ofInput: 0) ?? [])
    return try PoolStep(
      .maximum, geometry, input: input, output: GridTarget(outputs[0]),
      kernels: kernels)
  }
}

extension AveragePool: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? { node.poolObstacle }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.poolLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let input = try node.source(ofInput: 0, inputs)
    let geometry = try window.geometry(input: node.shape(ofInput: 0) ?? [])
    return try PoolStep(
      .mean, geometry, countsPadding: countsPadding, input: input, output: GridTarget(outputs[0]),
      kernels: kernels)
  }
}

extension GlobalAveragePool: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.globalPoolLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    GlobalPoolStep(
      .mean, images: outputs[0].shape[0], input: try node.source(ofInput: 0, inputs),
      target: outputs[0].placement.offset)
  }
}

extension GlobalMaxPool: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.globalPoolLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    GlobalPoolStep(
      .maximum, images: outputs[0].shape[0], input: try node.source(ofInput: 0, inputs),
      target: outputs[0].placement.offset)
  }
}

extension NodeContext {
  /// Why no pooling kernel computes a node.
  fileprivate var poolObstacle: String? {
    guard let rank = shape(ofInput: 0)?.rank, rank > 4 else { return nil }
    return "\(rank - 2) spatial axes"
  }

  /// Planes for an image in input 0 and in each output, row-major for all else.
  func spatialLayouts(lanes: Int = 1) -> LayoutDemands {
    LayoutDemands(
      inputs: inputs.indices.map { $0 == 0 ? planesOrPlain(input: 0, lanes: lanes) : .plain },
      outputs: outputs.indices.map { planesOrPlain(output: $0, lanes: lanes) })
  }

  /// A pool reads and writes images in one layout: several in a cell only where both have rows and
  /// columns.
  fileprivate func poolLayouts() -> LayoutDemands {
    let isSpatial = outputs[0].shape.isSpatial && shape(ofInput: 0)?.isSpatial == true
    return spatialLayouts(lanes: isSpatial ? lanes : 1)
  }

  /// Planes for the input, one row-major float for each of them.
  func globalPoolLayouts() -> LayoutDemands {
    LayoutDemands(inputs: [planesOrPlain(input: 0, lanes: lanes)], outputs: [.plain])
  }
}
