package import Tensors

extension MaxPool {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "X").number(0)
    switch x.type.element {
    case .float16, .bfloat16, .float32, .float64, .int8, .uint8: break
    default:
      throw HewnError(
        .invalidFile, "input X is \(x.type), expected floating point, int8 or uint8")
    }
    let y = try window.outputType(for: x.type)
    return indices == nil ? [y] : [y, TensorType(.int64, y.shape)]
  }

  /// One comparison for each tap of each window.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    window.operationCount(inputs: inputs, outputs: outputs)
  }
}

extension AveragePool {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    [try window.outputType(for: OperandList(inputs, "X").float(0).type)]
  }

  /// One addition for each tap of each window.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    window.operationCount(inputs: inputs, outputs: outputs)
  }
}

extension LpPool {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    try checkExponent(exponent)
    return [try window.outputType(for: OperandList(inputs, "X").float(0).type)]
  }

  /// A power and an addition for each tap of each window.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    window.operationCount(inputs: inputs, outputs: outputs, perTap: 2)
  }
}

extension PoolingWindow {
  fileprivate func outputType(for x: TensorType) throws(HewnError) -> TensorType {
    let extents = try geometry(input: x.shape).outputExtents
    return TensorType(
      x.element, try Shape(checking: Array(x.shape.dimensions[..<2]) + extents))
  }

  fileprivate func operationCount(
    inputs: [TensorType?], outputs: [TensorType], perTap: Int = 1
  ) -> OperationCount {
    let taps = kernel.reduce(perTap) { OperationCount.product($0, $1) }
    return OperationCount(
      flops: OperationCount.product(taps, outputs[0].shape.elementCount), moving: inputs, outputs)
  }
}

extension MaxUnpool {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "I", "output_shape")
    let x = try inputs.float(0)
    let indices = try inputs.required(1)
    guard indices.type == TensorType(.int64, x.shape) else {
      throw HewnError(
        .invalidFile, "input I is \(indices.type), expected int64 in X's shape \(x.shape)")
    }
    let inferred = try shape(input: x.shape)
    guard let wanted = try inputs.optionalIntegers(2) else {
      return [TensorType(x.type.element, inferred)]
    }
    let output = try Shape(checking: wanted)
    guard output.rank == x.shape.rank, output[0] == x.shape[0], output[1] == x.shape[1] else {
      throw HewnError(
        .invalidFile, "output_shape \(wanted) does not fit X of shape \(x.shape)")
    }
    return [TensorType(x.type.element, output)]
  }
}

extension GlobalAveragePool {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    try globalPoolTypes(for: inputs)
  }

  /// One addition for each input element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(flops: inputs[0]?.shape.elementCount ?? 0, moving: inputs, outputs)
  }
}

extension GlobalMaxPool {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    try globalPoolTypes(for: inputs)
  }

  /// One comparison for each input element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(flops: inputs[0]?.shape.elementCount ?? 0, moving: inputs, outputs)
  }
}

private func globalPoolTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
  let x = try OperandList(inputs, "X").float(0)
  let extents = x.shape.dimensions
  guard extents.count >= 3 else {
    throw HewnError(
      .invalidFile, "input X has shape \(x.shape), expected batch, channels and spatial axes")
  }
  guard !extents[2...].contains(0) else {
    throw HewnError(.invalidFile, "input X of shape \(x.shape) has an empty spatial axis")
  }
  let ones = [Int](repeating: 1, count: extents.count - 2)
  return [TensorType(x.type.element, try Shape(checking: extents[..<2] + ones))]
}

extension GlobalLpPool {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    try checkExponent(exponent)
    return try globalPoolTypes(for: inputs)
  }

  /// A power and an addition for each input element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(
      flops: OperationCount.product(2, inputs[0]?.shape.elementCount ?? 0), moving: inputs, outputs)
  }
}

private func checkExponent(_ exponent: Int) throws(HewnError) {
  guard exponent >= 1 else {
    throw HewnError(.invalidFile, "p is \(exponent), expected at least 1")
  }
}
