package import CPUKernels
package import Graphs
package import Tensors

extension Softmax: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? {
    kind == .hard ? "no kernel for Hardmax" : nil
  }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands { .plain(node) }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    SoftmaxStep(
      try geometry(input: outputs[0].shape), isLogarithm: kind == .logarithm,
      source: try node.source(ofInput: 0, inputs).floats,
      target: outputs[0].placement.offset)
  }
}

/// An operator whose other inputs are parameters, one for each channel or group.
package protocol ChannelNormalization: CPUOperator {}

extension ChannelNormalization {
  package func obstacle(for node: NodeContext) -> String? { node.parameterObstacle }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.spatialLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }
}

extension BatchNormalization: ChannelNormalization {
  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let (scale, bias) = (
      try node.floats(ofInput: 1, "scale"), try node.floats(ofInput: 2, "B")
    )
    let (mean, variance) = (
      try node.floats(ofInput: 3, "input_mean"), try node.floats(ofInput: 4, "input_var")
    )
    // In double precision, so that the two roundings of scale and shift are the only ones.
    let factors = zip(scale, variance).map { scale, variance in
      Double(scale) / (Double(variance) + Double(epsilon)).squareRoot()
    }
    let shifts = zip(factors, zip(bias, mean)).map { Double($1.0) - Double($1.1) * $0 }
    return try ChannelAffineStep(
      scale: factors.map { Float($0) }, shift: shifts.map { Float($0) },
      input: try node.source(ofInput: 0, inputs), output: GridTarget(outputs[0]))
  }
}

extension LRN: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.spatialLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    LocalResponseStep(
      self, input: try node.source(ofInput: 0, inputs), output: GridTarget(outputs[0]))
  }
}

extension ShapeOf: CPUOperator {
  /// Always rejects: its result is an integer tensor that is known before anything runs.
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    return .plain(node)
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    throw HewnError(.unsupported, "the CPU backend computes no integer tensors", node: node.label)
  }
}
