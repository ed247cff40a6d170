package import Tensors

extension MaxPool {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    try window.outputTypes(for: inputs)
  }

  /// One comparison for each tap of each window.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    window.operationCount(inputs: inputs, outputs: outputs)
  }
}

extension AveragePool {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    try window.outputTypes(for: inputs)
  }

  /// One addition for each tap of each window.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    window.operationCount(inputs: inputs, outputs: outputs)
  }
}

extension PoolingWindow {
  fileprivate func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "X").float(0)
    let extents = try geometry(input: x.shape).outputExtents
    return [
      TensorType(x.type.element, try Shape(checking: Array(x.shape.dimensions[..<2]) + extents))
    ]
  }

  fileprivate func operationCount(
    inputs: [TensorType?], outputs: [TensorType]
  ) -> OperationCount {
    let taps = kernel.reduce(1) { OperationCount.product($0, $1) }
    return OperationCount(
      flops: OperationCount.product(taps, outputs[0].shape.elementCount), moving: inputs, outputs)
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
  guard extents.count <= 4 else {
    throw HewnError(
      .unsupported,
      "\(extents.count - 2) spatial axes in input X of shape \(x.shape); Hewn has 1 and 2")
  }
  guard !extents[2...].contains(0) else {
    throw HewnError(.invalidFile, "input X of shape \(x.shape) has an empty spatial axis")
  }
  let ones = [Int](repeating: 1, count: extents.count - 2)
  return [TensorType(x.type.element, try Shape(checking: extents[..<2] + ones))]
}

extension Reduce {
  /// The axes that are reduced, counted from the front, ascending; none where the operator returns
  /// its input.
  ///
  /// - Throws: `invalidFile` for axes that do not exist, `unsupported` for axes that are not
  ///   constant.
  package func axes(for inputs: [Operand?]) throws(HewnError) -> [Int] {
    let inputs = try OperandList(inputs, "data", "axes")
    let shape = try inputs.required(0).shape
    let axes = try inputs.optionalIntegers(1) ?? []
    if axes.isEmpty { return ignoresEmptyAxes ? [] : Array(0..<shape.rank) }
    return try shape.normalized(axes: axes).sorted()
  }

  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let data = try OperandList(inputs, "data", "axes").number(0)
    let reduced = try axes(for: inputs)
    var extents: [Int] = []
    for (axis, extent) in data.shape.dimensions.enumerated() {
      guard reduced.contains(axis) else {
        extents.append(extent)
        continue
      }
      guard extent > 0 || kind == .sum || kind == .product else {
        throw HewnError(
          .unsupported, "axis \(axis) of data of shape \(data.shape) is empty, it has no \(name)")
      }
      if keepsDimensions { extents.append(1) }
    }
    return [TensorType(data.type.element, try Shape(checking: extents))]
  }

  /// One operation for each input element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(flops: inputs[0]?.shape.elementCount ?? 0, moving: inputs, outputs)
  }
}
