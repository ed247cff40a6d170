package import Tensors

extension Concat: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    guard let first = inputs.first ?? nil else {
      throw HewnError(.invalidFile, "the first input is missing, expected at least one")
    }
    let axis = try first.shape.normalized(axis: axis)
    var extents = first.shape.dimensions
    for (index, input) in inputs.enumerated().dropFirst() {
      guard let input else { throw HewnError(.invalidFile, "input \(index) is missing") }
      guard input.type.element == first.type.element else {
        throw HewnError(
          .invalidFile,
          "input \(index) is \(input.type), expected \(first.type.element.rawValue) as input 0")
      }
      var expected = first.shape.dimensions
      if input.shape.rank == expected.count { expected[axis] = input.shape[axis] }
      guard input.shape.dimensions == expected else {
        throw HewnError(
          .invalidFile,
          "input \(index) has shape \(input.shape), expected \(first.shape) but for axis \(axis)")
      }
      extents[axis] += input.shape[axis]
    }
    return [TensorType(first.type.element, try Shape(checking: extents))]
  }
}

extension Split: MovementOperator {
  /// The greatest number of outputs that Hewn accepts.
  package static let maximumOutputCount = 1 << 16

  /// The extents of the outputs along the axis.
  ///
  /// - Throws: `invalidFile` where the sizes do not fit, `unsupported` where they are not constant.
  package func sizes(for inputs: [Operand?]) throws(HewnError) -> [Int] {
    let inputs = try OperandList(inputs, "input", "split")
    let shape = try inputs.required(0).shape
    let extent = shape[try shape.normalized(axis: axis)]
    guard outputCount >= 1 else {
      throw HewnError(.invalidFile, "\(outputCount) outputs, expected at least 1")
    }
    guard outputCount <= Self.maximumOutputCount else {
      throw HewnError(
        .unsupported, "\(outputCount) outputs, above the limit of \(Self.maximumOutputCount)")
    }
    guard let sizes = try inputs.optionalIntegers(1) else {
      let part = extent / outputCount + (extent.isMultiple(of: outputCount) ? 0 : 1)
      let (others, overflow) = part.multipliedReportingOverflow(by: outputCount - 1)
      guard !overflow, others <= extent else {
        throw HewnError(
          .invalidFile, "extent \(extent) of axis \(axis) does not split into \(outputCount) parts")
      }
      return [Int](repeating: part, count: outputCount - 1) + [extent - others]
    }
    guard sizes.count == outputCount else {
      throw HewnError(.invalidFile, "\(sizes.count) sizes for \(outputCount) outputs")
    }
    var rest = extent
    for size in sizes {
      guard size >= 0, size <= rest else {
        throw HewnError(.invalidFile, "sizes \(sizes) do not add up to extent \(extent)")
      }
      rest -= size
    }
    guard rest == 0 else {
      throw HewnError(.invalidFile, "sizes \(sizes) do not add up to extent \(extent)")
    }
    return sizes
  }

  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let type = try OperandList(inputs, "input", "split").required(0).type
    let axis = try type.shape.normalized(axis: axis)
    var types: [TensorType] = []
    for size in try sizes(for: inputs) {
      var extents = type.shape.dimensions
      extents[axis] = size
      types.append(TensorType(type.element, try Shape(checking: extents)))
    }
    return types
  }
}

extension Slice: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let geometry = try geometry(for: inputs)
    let data = try OperandList(inputs, "data", "starts", "ends", "axes", "steps").required(0)
    return [TensorType(data.type.element, try Shape(checking: geometry.outputExtents))]
  }

  /// Reads and writes what it takes, not the whole input.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(flops: 0, bytes: 2 * outputs[0].byteCount)
  }
}

extension Pad: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let geometry = try geometry(for: inputs)
    let inputs = try OperandList(inputs, "data", "pads", "constant_value", "axes")
    let type = try inputs.required(0).type
    if let value = inputs.optional(2) {
      guard value.type.element == type.element, value.shape.elementCount == 1 else {
        throw HewnError(
          .invalidFile,
          "input constant_value is \(value.type), expected one \(type.element.rawValue)")
      }
    }
    return [TensorType(type.element, try Shape(checking: geometry.outputExtents))]
  }
}

extension Gather: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "data", "indices")
    let data = try inputs.required(0)
    let indices = try inputs.required(1)
    guard indices.type.element == .int32 || indices.type.element == .int64 else {
      throw HewnError(.invalidFile, "indices is \(indices.type), expected int32 or int64")
    }
    let axis = try data.shape.normalized(axis: axis)
    let extent = data.shape[axis]
    for index in try indices.constant?.integers() ?? [] where index < -extent || index >= extent {
      throw HewnError(.invalidFile, "index \(index) is outside extent \(extent) of axis \(axis)")
    }
    let extents = data.shape.dimensions
    return [
      TensorType(
        data.type.element,
        try Shape(checking: extents[..<axis] + indices.shape.dimensions + extents[(axis + 1)...]))
    ]
  }

  /// Reads and writes what it takes, not the whole input.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let indices = inputs.count > 1 ? inputs[1]?.byteCount ?? 0 : 0
    return OperationCount(flops: 0, bytes: 2 * outputs[0].byteCount + indices)
  }
}

extension DepthToSpace: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let type = try OperandList(inputs, "input").required(0).type
    guard type.shape.rank == 4 else {
      throw HewnError(.invalidFile, "input has shape \(type.shape), expected N, C, H and W")
    }
    guard blockSize >= 1, blockSize <= WindowGeometry.attributeLimit else {
      throw HewnError(.invalidFile, "blocksize is \(blockSize), expected 1 to 2^20")
    }
    let channels = type.shape[1]
    guard channels.isMultiple(of: blockSize * blockSize) else {
      throw HewnError(
        .invalidFile, "\(channels) channels do not divide into blocks of \(blockSize)²")
    }
    return [
      TensorType(
        type.element,
        try Shape(checking: [
          type.shape[0], channels / (blockSize * blockSize), type.shape[2] * blockSize,
          type.shape[3] * blockSize,
        ]))
    ]
  }
}
