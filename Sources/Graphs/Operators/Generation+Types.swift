package import Tensors

extension ShapeOf: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let shape = try OperandList(inputs, "data").required(0).shape
    return [TensorType(.int64, [extents(of: shape).count])]
  }

  package func knownOutput(_ index: Int, for inputs: [Operand?]) -> Tensor? {
    guard index == 0, let input = inputs.first ?? nil else { return nil }
    let extents = extents(of: input.shape)
    return Tensor([extents.count], extents.map(Int64.init))
  }

  /// The extents from `start` to `end`; both clamp, negative ones count from the back.
  private func extents(of shape: Shape) -> ArraySlice<Int> {
    func clamp(_ position: Int) -> Int {
      min(max(position < 0 ? position + shape.rank : position, 0), shape.rank)
    }
    let first = clamp(start)
    return shape.dimensions[first..<max(first, clamp(end ?? shape.rank))]
  }

  /// The result is known at compile time: nothing moves.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(flops: 0, bytes: 0)
  }
}

extension ConstantOfShape: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "input")
    guard value.shape.elementCount == 1 else {
      throw HewnError(.invalidFile, "value has shape \(value.shape), expected one element")
    }
    return [TensorType(value.element, try Shape(checking: try inputs.integers(0)))]
  }
}

extension SizeOf: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    _ = try OperandList(inputs, "data").required(0)
    return [TensorType(.int64, [])]
  }

  package func knownOutput(_ index: Int, for inputs: [Operand?]) -> Tensor? {
    guard index == 0, let input = inputs.first ?? nil else { return nil }
    return Tensor(scalar: Int64(input.shape.elementCount))
  }
}

extension RangeOf: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "start", "limit", "delta")
    try inputs.checkOneElementType()
    let element = try inputs.number(0).type.element
    var bounds: [Tensor] = []
    for index in 0..<3 {
      let bound = try inputs.constant(index)
      guard bound.shape.elementCount == 1 else {
        throw HewnError(.invalidFile, "start, limit or delta is \(bound.type), expected a scalar")
      }
      bounds.append(bound)
    }
    let count =
      element.isFloatingPoint
      ? try count(bounds.map { $0.doubles()[0] })
      : try count([bounds[0].integers()[0], bounds[1].integers()[0], bounds[2].integers()[0]])
    return [TensorType(element, try Shape(checking: [count]))]
  }

  private func count(_ bounds: [Double]) throws(HewnError) -> Int {
    let count = ((bounds[1] - bounds[0]) / bounds[2]).rounded(.up)
    guard bounds[2] != 0, !count.isNaN, count <= Double(Shape.maximumElementCount) else {
      throw Self.unbounded(bounds.map { "\($0)" })
    }
    return max(0, Int(max(count, -1)))
  }

  private func count(_ bounds: [Int]) throws(HewnError) -> Int {
    let (distance, isTooFar) = bounds[1].subtractingReportingOverflow(bounds[0])
    let (steps, overflow) = distance.dividedReportingOverflow(by: bounds[2])
    guard !isTooFar, !overflow else { throw Self.unbounded(bounds.map { "\($0)" }) }
    // The quotient is rounded toward zero, the count up.
    let isWhole = steps * bounds[2] == distance
    let isForward = (distance < 0) == (bounds[2] < 0)
    return isForward ? steps + (isWhole ? 0 : 1) : 0
  }

  private static func unbounded(_ bounds: [String]) -> HewnError {
    HewnError(
      .unsupported,
      "start \(bounds[0]), limit \(bounds[1]) and delta \(bounds[2]) give more than 2^40 elements")
  }
}

extension EyeLike: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let type = try OperandList(inputs, "input").required(0).type
    guard type.shape.rank == 2 else {
      throw HewnError(.invalidFile, "input has shape \(type.shape), expected a matrix")
    }
    return [TensorType(element ?? type.element, type.shape)]
  }
}

extension OneHot: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "indices", "depth", "values")
    let indices = try inputs.number(0).shape
    let values = try inputs.required(2).type
    guard values.shape == [2] else {
      throw HewnError(.invalidFile, "input values is \(values), expected [off, on]")
    }
    var extents = indices.dimensions
    // The axis is one of the result, which has one more.
    let rank = indices.rank + 1
    guard axis >= -rank, axis < rank else {
      throw HewnError(.invalidFile, "axis \(axis) does not exist in a result of rank \(rank)")
    }
    extents.insert(try depth(inputs), at: axis < 0 ? axis + rank : axis)
    return [TensorType(values.element, try Shape(checking: extents))]
  }

  private func depth(_ inputs: OperandList) throws(HewnError) -> Int {
    let depth = try inputs.constant(1)
    guard depth.element != .bool, depth.shape.elementCount == 1 else {
      throw HewnError(.invalidFile, "input depth is \(depth.type), expected one number")
    }
    let value = depth.doubles()[0]
    guard value >= 0, value <= Double(Shape.maximumElementCount) else {
      throw HewnError(.invalidFile, "depth \(value) is not an extent")
    }
    return Int(value)
  }
}

extension NonZero: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "X").constant(0)
    let count = x.doubles().count { $0 != 0 }
    return [TensorType(.int64, try Shape(checking: [x.shape.rank, count]))]
  }
}

extension Unique: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "X").constant(0)
    let groups = try groups(of: x)
    var extents = [groups.first.count]
    if let axis {
      extents = x.shape.dimensions
      extents[try x.shape.normalized(axis: axis)] = groups.first.count
    }
    return [
      TensorType(x.element, try Shape(checking: extents)),
      TensorType(.int64, [groups.first.count]), TensorType(.int64, [groups.members.count]),
      TensorType(.int64, [groups.first.count]),
    ]
  }
}
