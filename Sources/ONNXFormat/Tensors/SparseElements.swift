internal import Tensors

/// The elements of a tensor in sparse form, checked: each lies in the shape, none is given twice.
struct SparseElements {
  private let values: Tensor
  /// Row-major positions, ascending.
  private let positions: [Int]
  private let shape: Shape

  /// Checks what can be checked before elements are read.
  ///
  /// - Throws: `invalidFile` for more values than the dense tensor has elements, or indices of
  ///   another count.
  static func checkCounts(
    _ proto: ONNXSparseTensorProto, dense shape: Shape
  ) throws(HewnError) {
    let values = try Shape(checking: proto.values.dims.map { Int($0) })
    guard values.rank == 1, values.elementCount <= shape.elementCount else {
      throw HewnError(
        .invalidFile, "values of shape \(values) do not fit the dense shape \(shape)")
    }
    let indices = try Shape(checking: proto.indices.dims.map { Int($0) })
    let count = values.elementCount
    guard indices.dimensions == [count] || indices.dimensions == [count, shape.rank] else {
      throw HewnError(
        .invalidFile,
        "indices of shape \(indices) for \(count) values of rank \(shape.rank)")
    }
    guard try ElementType(onnx: Int(proto.indices.dataType)) == .int64 else {
      throw HewnError(.invalidFile, "the indices are no int64 elements")
    }
  }

  /// - Precondition: the counts are checked.
  /// - Throws: `invalidFile` for indices outside the shape, not ascending, or given twice.
  init(values: Tensor, indices: Tensor, shape: Shape) throws(HewnError) {
    self.values = values
    self.shape = shape
    positions = try Self.positions(indices, in: shape)
    for (index, pair) in zip(positions, positions.dropFirst()).enumerated()
    where pair.0 >= pair.1 {
      throw HewnError(
        .invalidFile,
        "index \(index + 1) lies at position \(pair.1), "
          + (pair.0 == pair.1 ? "as the one before it" : "before the one before it"))
    }
  }

  private static func positions(
    _ indices: Tensor, in shape: Shape
  ) throws(HewnError) -> [Int] {
    let numbers = try indices.integers()
    guard indices.shape.rank == 2 else {
      for (index, position) in numbers.enumerated()
      where position < 0 || position >= shape.elementCount {
        throw HewnError(
          .invalidFile, "index \(index), \(position), lies outside the shape \(shape)")
      }
      return numbers
    }
    let rank = shape.rank
    var positions: [Int] = []
    positions.reserveCapacity(indices.shape[0])
    for index in 0..<indices.shape[0] {
      let coordinates = numbers[(index * rank)..<((index + 1) * rank)]
      var position = 0
      for (coordinate, extent) in zip(coordinates, shape.dimensions) {
        guard coordinate >= 0, coordinate < extent else {
          throw HewnError(
            .invalidFile,
            "index \(index), \(Array(coordinates)), lies outside the shape \(shape)")
        }
        position = position * extent + coordinate
      }
      positions.append(position)
    }
    return positions
  }

  /// The tensor with zeros where no element is given.
  ///
  /// - Throws: `outOfMemory`.
  func dense() throws(HewnError) -> Tensor {
    let size = values.element.byteCount
    return try Tensor.reading(TensorType(values.element, shape)) { bytes in
      values.withUnsafeBytes { source in
        for (index, position) in positions.enumerated() {
          let element = UnsafeRawBufferPointer(
            rebasing: source[(index * size)..<((index + 1) * size)])
          UnsafeMutableRawBufferPointer(rebasing: bytes[(position * size)...]).copyMemory(
            from: element)
        }
      }
    }
  }
}
