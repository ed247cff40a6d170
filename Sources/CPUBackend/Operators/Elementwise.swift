package import CPUKernels
package import Graphs
package import Tensors

extension Unary: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    return LayoutDemands(
      inputs: [node.planesOrPlain(input: 0, pitch: .sharedWithOutput, lanes: node.lanes)],
      outputs: [node.planesOrPlain(output: 0, lanes: node.lanes)])
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    UnaryStep(function, input: try node.source(ofInput: 0, inputs), output: GridTarget(outputs[0]))
  }
}

extension Binary: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    return node.broadcastLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { node.broadcastsWithinImages }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    try node.broadcastStep(
      BinaryFunction(kind), inputs, output: outputs[0], activation: activation)
  }
}

extension PRelu: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    return node.broadcastLayouts()
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { node.broadcastsWithinImages }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    try node.broadcastStep(.slope, inputs, output: outputs[0], activation: .identity)
  }
}

extension Clip: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    return LayoutDemands(
      inputs: node.inputs.indices.map {
        $0 == 0
          ? node.planesOrPlain(input: 0, pitch: .sharedWithOutput, lanes: node.lanes) : .plain
      }, outputs: [node.planesOrPlain(output: 0, lanes: node.lanes)])
  }

  package func keepsImagesApart(_ node: NodeContext) -> Bool { true }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let lower = try node.bound(ofInput: 1, inputs, missing: -.infinity)
    let upper = try node.bound(ofInput: 2, inputs, missing: .infinity)
    return ClipStep(
      lower: lower, upper: upper, input: try node.source(ofInput: 0, inputs),
      output: GridTarget(outputs[0]))
  }
}

extension NodeContext {
  /// A bound of `Clip`: a tensor of one element, or `missing` where it is left out.
  fileprivate func bound(
    ofInput index: Int, _ located: [Located?], missing: Float
  ) throws(HewnError) -> FloatSource {
    guard let shape = shape(ofInput: index) else { return .constant(try AlignedArray([missing])) }
    guard shape.elementCount == 1 else {
      throw HewnError(.invalidFile, "a bound has shape \(shape), expected one element", node: label)
    }
    return try source(ofInput: index, located).floats
  }
}

extension Identity: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    try Unary(.activation(.identity)).layouts(for: node)
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    try Unary(.activation(.identity)).makeStep(
      for: node, inputs: inputs, outputs: outputs, kernels: kernels)
  }
}

extension Cast: CPUOperator {
  /// Only float32 to float32 happens at run time.
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    try Identity().layouts(for: node)
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    try Identity().makeStep(for: node, inputs: inputs, outputs: outputs, kernels: kernels)
  }
}
