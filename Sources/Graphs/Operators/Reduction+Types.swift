package import Tensors

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
