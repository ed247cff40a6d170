package import Tensors

extension Transpose: MovementOperator {
  /// The permutation with its default filled in: output axis i is input axis permutation[i].
  ///
  /// - Throws: `invalidFile` for a list that is no permutation of the axes.
  package func permutation(for shape: Shape) throws(HewnError) -> [Int] {
    if permutation.isEmpty { return Array((0..<shape.rank).reversed()) }
    guard permutation.count == shape.rank, permutation.sorted() == Array(0..<shape.rank) else {
      throw HewnError(
        .invalidFile, "perm \(permutation) is no permutation of the axes of shape \(shape)")
    }
    return permutation
  }

  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let type = try OperandList(inputs, "data").required(0).type
    let extents = try permutation(for: type.shape).map { type.shape[$0] }
    return [TensorType(type.element, try Shape(checking: extents))]
  }
}

extension Reshape: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "data", "shape")
    let type = try inputs.required(0).type
    let target = try inputs.integers(1)
    return [TensorType(type.element, try shape(of: type.shape, as: target))]
  }

  /// The shape that `target` means for `input`.
  ///
  /// - Throws: `invalidFile` where the element counts cannot agree.
  package func shape(of input: Shape, as target: [Int]) throws(HewnError) -> Shape {
    var extents = target
    var inferred: Int?
    for (axis, extent) in target.enumerated() {
      if extent == 0, !allowsZero {
        guard axis < input.rank else {
          throw HewnError(
            .invalidFile, "shape \(target) copies axis \(axis), which shape \(input) lacks")
        }
        extents[axis] = input[axis]
      } else if extent == -1 {
        guard inferred == nil else {
          throw HewnError(.invalidFile, "shape \(target) has more than one -1")
        }
        inferred = axis
        extents[axis] = 1
      } else if extent < 0 {
        throw HewnError(.invalidFile, "shape \(target) has a negative extent")
      }
    }
    let known = try Shape(checking: extents)
    if let inferred {
      guard known.elementCount > 0, input.elementCount.isMultiple(of: known.elementCount) else {
        throw HewnError(
          .invalidFile,
          "\(input.elementCount) elements of shape \(input) do not fill shape \(target)")
      }
      extents[inferred] = input.elementCount / known.elementCount
      return try Shape(checking: extents)
    }
    guard known.elementCount == input.elementCount else {
      throw HewnError(
        .invalidFile,
        "shape \(target) has \(known.elementCount) elements, shape \(input) has"
          + " \(input.elementCount)")
    }
    return known
  }
}

extension Flatten: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let type = try OperandList(inputs, "input").required(0).type
    let rank = type.shape.rank
    guard axis >= -rank, axis <= rank else {
      throw HewnError(
        .invalidFile, "axis \(axis) does not exist in shape \(type.shape) of rank \(rank)")
    }
    let geometry = AxisGeometry(type.shape, axes: (axis < 0 ? axis + rank : axis)..<rank)
    return [TensorType(type.element, try Shape(checking: [geometry.outer, geometry.extent]))]
  }
}

extension Squeeze: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "data", "axes")
    let type = try inputs.required(0).type
    var dropped = type.shape.dimensions.indices.filter { type.shape[$0] == 1 }
    if let axes = try inputs.optionalIntegers(1) {
      dropped = try type.shape.normalized(axes: axes)
      for axis in dropped where type.shape[axis] != 1 {
        throw HewnError(
          .invalidFile, "axis \(axis) of shape \(type.shape) has extent \(type.shape[axis]), not 1")
      }
    }
    let extents = type.shape.dimensions.indices.filter { !dropped.contains($0) }
    return [TensorType(type.element, try Shape(checking: extents.map { type.shape[$0] }))]
  }
}

extension Unsqueeze: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "data", "axes")
    let type = try inputs.required(0).type
    let axes = try inputs.integers(1)
    // The axes are those of the result, so they are checked against its rank.
    let ones = try Shape(checking: [Int](repeating: 1, count: type.shape.rank + axes.count))
    let inserted = try ones.normalized(axes: axes)
    var rest = type.shape.dimensions.makeIterator()
    var extents = ones.dimensions
    for axis in extents.indices where !inserted.contains(axis) {
      extents[axis] = rest.next() ?? 1
    }
    return [TensorType(type.element, try Shape(checking: extents))]
  }
}

extension Expand: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "input", "shape")
    let type = try inputs.required(0).type
    let target = try Shape(checking: try inputs.integers(1))
    return [TensorType(type.element, try Shape.broadcast(type.shape, target))]
  }
}
