package import Tensors

extension Gather: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "data", "indices")
    let data = try inputs.required(0)
    let indices = try inputs.required(1)
    try checkIndices(indices.type)
    let axis = try data.shape.normalized(axis: axis)
    for index in try indices.constant?.integers() ?? [] {
      _ = try data.shape.normalized(index: index, axis: axis)
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

extension GatherElements: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "data", "indices")
    let data = try inputs.required(0).type
    let indices = try inputs.required(1).type
    try checkIndices(indices)
    try data.shape.checkOverlay(indices.shape, axis: axis)
    return [TensorType(data.element, indices.shape)]
  }

  /// Reads and writes what it takes, not the whole input.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let indices = inputs.count > 1 ? inputs[1]?.byteCount ?? 0 : 0
    return OperationCount(flops: 0, bytes: 2 * outputs[0].byteCount + indices)
  }
}

extension GatherND: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "data", "indices")
    let data = try inputs.required(0).type
    let indices = try inputs.required(1).type
    try checkIndices(indices)
    guard batchAxes >= 0, batchAxes < min(data.shape.rank, indices.shape.rank),
      indices.shape.dimensions[..<batchAxes] == data.shape.dimensions[..<batchAxes]
    else {
      throw HewnError(
        .invalidFile,
        "data of shape \(data.shape) and indices of shape \(indices.shape) do not share"
          + " \(batchAxes) leading axes and have one more")
    }
    let count = try data.shape.tupleCount(of: indices.shape, from: batchAxes)
    return [
      TensorType(
        data.element,
        try Shape(
          checking: indices.shape.dimensions.dropLast()
            + data.shape.dimensions[(batchAxes + count)...]))
    ]
  }
}

extension ScatterElements {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "data", "indices", "updates")
    let data = try inputs.required(0).type
    let indices = try inputs.required(1).type
    try checkIndices(indices)
    try data.shape.checkOverlay(indices.shape, axis: axis)
    try checkUpdates(inputs, shape: indices.shape)
    return [data]
  }
}

extension ScatterND {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "data", "indices", "updates")
    let data = try inputs.required(0).type
    let indices = try inputs.required(1).type
    try checkIndices(indices)
    let count = try data.shape.tupleCount(of: indices.shape, from: 0)
    let shape = try Shape(
      checking: indices.shape.dimensions.dropLast() + data.shape.dimensions[count...])
    try checkUpdates(inputs, shape: shape)
    return [data]
  }
}

extension TensorScatter: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "past_cache", "update", "write_indices")
    let cache = try inputs.required(0).type
    let update = try inputs.required(1).type
    let axis = try cache.shape.normalized(axis: axis)
    guard axis > 0 else {
      throw HewnError(.invalidFile, "axis 0 is the batch; the cache has shape \(cache.shape)")
    }
    var expected = cache.shape.dimensions
    if update.shape.rank == cache.shape.rank {
      expected[axis] = min(expected[axis], update.shape[axis])
    }
    guard update.element == cache.element, update.shape.dimensions == expected else {
      throw HewnError(
        .invalidFile, "update is \(update), expected \(cache) or shorter along axis \(axis)")
    }
    if let starts = inputs.optional(2), starts.type != TensorType(.int64, [cache.shape[0]]) {
      throw HewnError(
        .invalidFile, "write_indices is \(starts.type), expected int64[\(cache.shape[0])]")
    }
    return [cache]
  }
}

private func checkIndices(_ type: TensorType) throws(HewnError) {
  guard type.element == .int32 || type.element == .int64 else {
    throw HewnError(.invalidFile, "indices is \(type), expected int32 or int64")
  }
}

private func checkUpdates(_ inputs: OperandList, shape: Shape) throws(HewnError) {
  let type = TensorType(try inputs.required(0).type.element, shape)
  let updates = try inputs.required(2).type
  guard updates == type else {
    throw HewnError(.invalidFile, "updates is \(updates), expected \(type)")
  }
}

extension Shape {
  /// Checks that a tensor lies inside this shape but for one axis.
  fileprivate func checkOverlay(_ other: Shape, axis: Int) throws(HewnError) {
    let axis = try normalized(axis: axis)
    let fits =
      other.rank == rank && (0..<rank).allSatisfy { $0 == axis || other[$0] <= self[$0] }
    guard fits else {
      throw HewnError(
        .invalidFile,
        "indices of shape \(other) reach beyond data of shape \(self), axis \(axis) aside")
    }
  }

  /// How many axes from `first` on the tuples along the last axis of the indices name.
  fileprivate func tupleCount(of indices: Shape, from first: Int) throws(HewnError) -> Int {
    guard let count = indices.dimensions.last, count >= 1, count <= rank - first else {
      throw HewnError(
        .invalidFile,
        "indices has shape \(indices), expected tuples of at most \(rank - first) along its last"
          + " axis for data of shape \(self)")
    }
    return count
  }
}
