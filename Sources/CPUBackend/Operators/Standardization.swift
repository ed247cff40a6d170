package import CPUKernels
package import Graphs
package import Tensors

extension InstanceNormalization: ChannelNormalization {
  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let output = GridTarget(outputs[0])
    return try NormalizePlanesStep(
      .init(count: output.grid.planeCount, planes: 1, stride: 1), .root(epsilon: epsilon),
      scale: try node.floats(ofInput: 1, "scale"), shift: try node.floats(ofInput: 2, "B"),
      input: try node.source(ofInput: 0, inputs), output: output)
  }
}

extension GroupNormalization: ChannelNormalization {
  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let output = GridTarget(outputs[0])
    let groupChannels = output.grid.channels / groups
    func perChannel(_ values: [Float]) -> [Float] {
      guard scalesGroups else { return values }
      return values.flatMap { [Float](repeating: $0, count: groupChannels) }
    }
    return try NormalizePlanesStep(
      .init(count: output.grid.images * groups, planes: groupChannels, stride: 1),
      .root(epsilon: epsilon), scale: perChannel(try node.floats(ofInput: 1, "scale")),
      shift: perChannel(try node.floats(ofInput: 2, "bias")),
      input: try node.source(ofInput: 0, inputs), output: output)
  }
}

extension MeanVarianceNormalization: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? {
    runs(of: node.outputs[0].shape) == nil ? "statistics over the axes \(axes)" : nil
  }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.spatialLayouts()
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let output = GridTarget(outputs[0])
    guard let runs = runs(of: outputs[0].shape) else {
      throw HewnError(.internal, "no kernel for the axes \(axes)", node: node.label)
    }
    let channels = output.grid.channels
    return try NormalizePlanesStep(
      runs, .deviation(epsilon: Self.epsilon), scale: [Float](repeating: 1, count: channels),
      shift: [Float](repeating: 0, count: channels), input: try node.source(ofInput: 0, inputs),
      output: output)
  }

  /// The planes whose statistics are taken together: all spatial axes, with or without batch and
  /// channels.
  private func runs(of shape: Shape) -> NormalizePlanesStep.Runs? {
    guard shape.rank >= 3, let axes = try? Set(shape.normalized(axes: axes)),
      axes.isSuperset(of: 2..<shape.rank)
    else { return nil }
    return switch (axes.contains(0), axes.contains(1)) {
    case (false, false): .init(count: shape[0] * shape[1], planes: 1, stride: 1)
    case (false, true): .init(count: shape[0], planes: shape[1], stride: 1)
    case (true, false): .init(count: shape[1], planes: shape[0], stride: shape[1])
    case (true, true): .init(count: 1, planes: shape[0] * shape[1], stride: 1)
    }
  }
}

extension LayerNormalization: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? {
    statistics == nil ? node.rowParameterObstacle(axis: axis) : "no kernel for Mean and InvStdDev"
  }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands { .plain(node) }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let scale = try node.floats(ofInput: 1, "Scale")
    let hasBias = node.shape(ofInput: 2) != nil
    return try NormalizeRowsStep(
      rows: outputs[0].shape.elementCount / max(1, scale.count), epsilon: epsilon,
      subtractsMean: true, scale: scale,
      shift: hasBias
        ? try node.floats(ofInput: 2, "B") : [Float](repeating: 0, count: scale.count),
      source: try node.source(ofInput: 0, inputs).floats, target: outputs[0].placement.offset)
  }
}

extension RMSNormalization: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? { node.rowParameterObstacle(axis: axis) }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands { .plain(node) }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let scale = try node.floats(ofInput: 1, "scale")
    return try NormalizeRowsStep(
      rows: outputs[0].shape.elementCount / max(1, scale.count), epsilon: epsilon,
      subtractsMean: false, scale: scale, shift: [Float](repeating: 0, count: scale.count),
      source: try node.source(ofInput: 0, inputs).floats, target: outputs[0].placement.offset)
  }
}

extension NodeContext {
  /// Why no kernel reads the scale, the bias or the statistics of a normalization.
  var parameterObstacle: String? {
    for index in inputs.indices.dropFirst() where inputs[index] != nil {
      if constant(ofInput: index) == nil { return "parameters computed at run time" }
    }
    return nil
  }

  /// Why no kernel normalizes rows, the axes from `axis` on, with the parameters of a node.
  fileprivate func rowParameterObstacle(axis: Int) -> String? {
    if let obstacle = parameterObstacle { return obstacle }
    guard let shape = shape(ofInput: 0), let first = try? shape.normalized(axis: axis) else {
      return "axis \(axis)"
    }
    let row = Array(shape.dimensions[first...].drop { $0 == 1 })
    for index in inputs.indices.dropFirst() {
      guard let parameter = self.shape(ofInput: index) else { continue }
      if Array(parameter.dimensions.drop(while: { $0 == 1 })) != row {
        return "parameters of shape \(parameter) for rows of shape \(Shape(row))"
      }
    }
    return nil
  }
}
