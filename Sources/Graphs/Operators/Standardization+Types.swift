package import Tensors

extension InstanceNormalization {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "input", "scale", "B")
    let x = try inputs.float(0)
    try inputs.checkOneElementType()
    guard x.shape.rank >= 3 else {
      throw HewnError(
        .invalidFile, "input has shape \(x.shape), expected batch, channels and spatial axes")
    }
    try inputs.checkParameters(1, "scale", 2, "B", count: x.shape[1], each: "channel")
    return [x.type]
  }

  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    normalizationCount(inputs: inputs, outputs: outputs)
  }
}

extension GroupNormalization {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "scale", "bias")
    let x = try inputs.float(0)
    try inputs.checkOneElementType()
    guard x.shape.rank >= 2 else {
      throw HewnError(.invalidFile, "input X has shape \(x.shape), expected batch and channels")
    }
    guard groups >= 1, groups <= max(1, x.shape[1]), x.shape[1].isMultiple(of: groups) else {
      throw HewnError(
        .invalidFile, "\(x.shape[1]) channels do not divide into num_groups = \(groups)")
    }
    try inputs.checkParameters(
      1, "scale", 2, "bias", count: scalesGroups ? groups : x.shape[1],
      each: scalesGroups ? "group" : "channel")
    return [x.type]
  }

  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    normalizationCount(inputs: inputs, outputs: outputs)
  }
}

extension LayerNormalization {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "Scale", "B")
    let x = try inputs.float(0)
    _ = try inputs.required(1)
    try inputs.checkOneElementType()
    let first = try x.shape.normalized(axis: axis)
    try inputs.checkBroadcast(1, "Scale")
    try inputs.checkBroadcast(2, "B")
    guard let statistics else { return [x.type] }
    guard statistics.isFloatingPoint else {
      throw HewnError(
        .invalidFile, "stash_type is \(statistics.rawValue), expected floating point")
    }
    let ones = [Int](repeating: 1, count: x.shape.rank - first)
    let type = TensorType(statistics, try Shape(checking: x.shape.dimensions[..<first] + ones))
    return [x.type, type, type]
  }

  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    normalizationCount(inputs: inputs, outputs: outputs)
  }
}

extension RMSNormalization {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "scale")
    let x = try inputs.float(0)
    let scale = try inputs.float(1)
    _ = try x.shape.normalized(axis: axis)
    try inputs.checkBroadcast(1, "scale")
    return [TensorType(scale.type.element, x.shape)]
  }

  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    normalizationCount(inputs: inputs, outputs: outputs)
  }
}

extension MeanVarianceNormalization {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "X").float(0)
    _ = try x.shape.normalized(axes: axes)
    return [x.type]
  }

  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    normalizationCount(inputs: inputs, outputs: outputs)
  }
}

extension LpNormalization {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "input").float(0)
    _ = try x.shape.normalized(axis: axis)
    guard exponent == 1 || exponent == 2 else {
      throw HewnError(.invalidFile, "p is \(exponent), expected 1 or 2")
    }
    return [x.type]
  }

  /// A power, an addition and a division for each element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(
      flops: OperationCount.product(3, outputs[0].shape.elementCount), moving: inputs, outputs)
  }
}

/// An addition for the mean, three operations for the variance, four for the result, for each
/// element.
private func normalizationCount(
  inputs: [TensorType?], outputs: [TensorType]
) -> OperationCount {
  OperationCount(
    flops: OperationCount.product(8, outputs[0].shape.elementCount), moving: inputs, outputs)
}

extension OperandList {
  /// Checks that a scale and a bias are vectors of `count` elements.
  fileprivate func checkParameters(
    _ scale: Int, _ scaleName: String, _ bias: Int, _ biasName: String, count: Int, each: String
  ) throws(HewnError) {
    for (index, name) in [(scale, scaleName), (bias, biasName)] {
      let shape = try required(index).shape
      guard shape == Shape([count]) else {
        throw HewnError(
          .invalidFile, "input \(name) has shape \(shape), expected \(count) (one per \(each))")
      }
    }
  }

  /// Checks that an operand, where given, broadcasts to the shape of operand 0.
  fileprivate func checkBroadcast(_ index: Int, _ name: String) throws(HewnError) {
    guard let shape = optional(index)?.shape else { return }
    let x = try required(0).shape
    guard try Shape.broadcast(x, shape) == x else {
      throw HewnError(
        .invalidFile, "input \(name) of shape \(shape) does not broadcast to X of shape \(x)")
    }
  }
}
