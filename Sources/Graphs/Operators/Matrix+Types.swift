package import Tensors

extension Gemm {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "A", "B", "C")
    let a = try inputs.float(0)
    let b = try inputs.required(1)
    try inputs.checkOneElementType()
    let geometry = try geometry(a: a.shape, b: b.shape)
    let shape = try Shape(checking: [geometry.rows, geometry.columns])
    if let c = inputs.optional(2), try Shape.broadcast(shape, c.shape) != shape {
      throw HewnError(.invalidFile, "C of shape \(c.shape) does not broadcast to \(shape)")
    }
    return [TensorType(a.type.element, shape)]
  }

  /// 2 · K for each output element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let depth = inputs[0]?.shape[transposesA ? 0 : 1] ?? 0
    return OperationCount(
      flops: OperationCount.product(2, depth, outputs[0].shape.elementCount),
      moving: inputs, outputs)
  }
}

extension MatMul {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "A", "B")
    let a = try inputs.float(0)
    let b = try inputs.required(1)
    try inputs.checkOneElementType()
    let geometry = try geometry(a: a.shape, b: b.shape)
    let rows = a.shape.rank == 1 ? [] : [geometry.rows]
    let columns = b.shape.rank == 1 ? [] : [geometry.columns]
    return [
      TensorType(
        a.type.element, try Shape(checking: geometry.batch.dimensions + rows + columns))
    ]
  }

  /// 2 · K for each output element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(
      flops: OperationCount.product(
        2, inputs[0]?.shape.dimensions.last ?? 0, outputs[0].shape.elementCount),
      moving: inputs, outputs)
  }
}

extension Det {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "X").float(0).type
    let dimensions = x.shape.dimensions
    guard dimensions.count >= 2,
      dimensions[dimensions.count - 1] == dimensions[dimensions.count - 2]
    else {
      throw HewnError(.invalidFile, "X has shape \(x.shape), expected square matrices")
    }
    return [TensorType(x.element, try Shape(checking: dimensions.dropLast(2)))]
  }

  /// 2 / 3 · M³ for each matrix, by elimination.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let extent = inputs[0]?.shape.dimensions.last ?? 0
    let operations = OperationCount.product(2, extent, inputs[0]?.shape.elementCount ?? 0)
    return OperationCount(flops: operations / 3, moving: inputs, outputs)
  }
}
