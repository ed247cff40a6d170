package import CPUKernels
package import Graphs
package import Tensors

extension Reduce: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    var demands = LayoutDemands.plain(node)
    if try poolKind(node) != nil {
      demands.inputs[0] = node.planesOrPlain(input: 0, lanes: node.lanes)
    }
    return demands
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let input = try node.source(ofInput: 0, inputs)
    let target = outputs[0].placement.offset
    if let kind = try poolKind(node) {
      return GlobalPoolStep(
        kind, images: outputs[0].shape[0], input: input, target: target)
    }
    let shape = node.shape(ofInput: 0) ?? []
    return try ReduceStep(
      kind, axes: try axes(for: node.inputs), shape: shape, source: input.floats, target: target)
  }

  /// The global pooling that this is, if it is one.
  private func poolKind(_ node: NodeContext) throws(HewnError) -> PoolStep.Kind? {
    guard let shape = node.shape(ofInput: 0), shape.isSpatial,
      try axes(for: node.inputs) == Array(2..<shape.rank)
    else { return nil }
    switch kind {
    case .mean: return .mean
    case .max: return .maximum
    default: return nil
    }
  }
}
