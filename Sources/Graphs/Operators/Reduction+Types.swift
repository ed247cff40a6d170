package import Tensors

extension Reduce {
  /// The axes that are reduced, counted from the front, ascending; none where each element is
  /// reduced alone.
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
    let list = try OperandList(inputs, "data", "axes")
    let data = try kind == .max || kind == .min ? list.required(0) : list.number(0)
    let reduced = try axes(for: inputs)
    var extents: [Int] = []
    for (axis, extent) in data.shape.dimensions.enumerated() {
      guard reduced.contains(axis) else {
        extents.append(extent)
        continue
      }
      guard extent > 0 || kind != .mean || data.type.element.isFloatingPoint else {
        throw HewnError(
          .invalidFile, "axis \(axis) of data of shape \(data.shape) is empty, it has no mean")
      }
      if keepsDimensions { extents.append(1) }
    }
    return [TensorType(data.type.element, try Shape(checking: extents))]
  }

  /// One operation for each input element, two where it is squared, an exponential or a magnitude.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let operations =
      switch kind {
      case .mean, .sum, .max, .min, .product, .logSum: 1
      case .l1, .l2, .sumSquare, .logSumExp: 2
      }
    return OperationCount(
      flops: OperationCount.product(operations, inputs[0]?.shape.elementCount ?? 0),
      moving: inputs, outputs)
  }
}

extension ArgReduce {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let shape = try OperandList(inputs, "data").number(0).shape
    let axis = try shape.normalized(axis: axis)
    guard shape[axis] > 0 else {
      throw HewnError(
        .invalidFile, "axis \(axis) of data of shape \(shape) is empty, it has no \(name)")
    }
    var extents = shape.dimensions
    if keepsDimensions { extents[axis] = 1 } else { extents.remove(at: axis) }
    return [TensorType(.int64, try Shape(checking: extents))]
  }

  /// One comparison for each input element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(flops: inputs[0]?.shape.elementCount ?? 0, moving: inputs, outputs)
  }
}

extension TopK {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "K")
    let x = try inputs.number(0)
    let axis = try x.shape.normalized(axis: axis)
    let counts = try inputs.integers(1)
    guard counts.count == 1 else {
      throw HewnError(.invalidFile, "K has \(counts.count) elements, expected one")
    }
    guard (0...x.shape[axis]).contains(counts[0]) else {
      throw HewnError(
        .invalidFile,
        "K is \(counts[0]), axis \(axis) of X of shape \(x.shape) has \(x.shape[axis]) elements")
    }
    var extents = x.shape.dimensions
    extents[axis] = counts[0]
    let shape = try Shape(checking: extents)
    return [TensorType(x.type.element, shape), TensorType(.int64, shape)]
  }

  /// One comparison for each input element, at least.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(flops: inputs[0]?.shape.elementCount ?? 0, moving: inputs, outputs)
  }
}

extension Cumulate {
  /// The axis, counted from the front.
  ///
  /// - Throws: `invalidFile` for no or an impossible axis, `unsupported` where it is not constant.
  package func axis(for inputs: [Operand?]) throws(HewnError) -> Int {
    let inputs = try OperandList(inputs, "x", "axis")
    let axes = try inputs.integers(1)
    guard axes.count == 1 else {
      throw HewnError(.invalidFile, "axis has \(axes.count) elements, expected one")
    }
    return try inputs.required(0).shape.normalized(axis: axes[0])
  }

  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    _ = try axis(for: inputs)
    return [try OperandList(inputs, "x", "axis").number(0).type]
  }
}
