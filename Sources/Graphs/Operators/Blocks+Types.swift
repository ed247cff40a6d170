package import Tensors

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

extension SpaceToDepth: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let type = try OperandList(inputs, "input").required(0).type
    guard type.shape.rank == 4 else {
      throw HewnError(.invalidFile, "input has shape \(type.shape), expected N, C, H and W")
    }
    guard blockSize >= 1, blockSize <= WindowGeometry.attributeLimit else {
      throw HewnError(.invalidFile, "blocksize is \(blockSize), expected 1 to 2^20")
    }
    let d = type.shape.dimensions
    guard d[2].isMultiple(of: blockSize), d[3].isMultiple(of: blockSize) else {
      throw HewnError(
        .invalidFile, "\(d[2])×\(d[3]) pixels do not divide into blocks of \(blockSize)²")
    }
    // Extents beside a 0 may be large.
    let (channels, overflow) = d[1].multipliedReportingOverflow(by: blockSize * blockSize)
    guard !overflow else {
      throw HewnError(.unsupported, "\(d[1]) channels in blocks of \(blockSize)² are beyond 2^40")
    }
    return [
      TensorType(
        type.element,
        try Shape(checking: [d[0], channels, d[2] / blockSize, d[3] / blockSize]))
    ]
  }
}

extension Col2Im {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let geometry = try geometry(for: inputs)
    let x = try OperandList(inputs, "input", "image_shape", "block_shape").number(0)
    return [
      TensorType(
        x.type.element,
        try Shape(checking: [x.shape[0], geometry.channels] + geometry.image))
    ]
  }
}
