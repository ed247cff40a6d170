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
      // Before operator set 11 the value is single precision whatever the data is.
      let fits =
        value.type.element == type.element
        || (value.type.element.isFloatingPoint && type.element.isFloatingPoint)
      guard fits, value.shape.elementCount == 1 else {
        throw HewnError(
          .invalidFile,
          "input constant_value is \(value.type), expected one \(type.element.rawValue)")
      }
    }
    return [TensorType(type.element, try Shape(checking: geometry.outputExtents))]
  }
}

extension Tile: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "input", "repeats")
    let type = try inputs.required(0).type
    let repeats = try inputs.integers(1)
    guard repeats.count == type.shape.rank else {
      throw HewnError(
        .invalidFile,
        "repeats has \(repeats.count) entries, expected \(type.shape.rank) for shape \(type.shape)")
    }
    var extents: [Int] = []
    for (extent, count) in zip(type.shape.dimensions, repeats) {
      guard count >= 0 else {
        throw HewnError(.invalidFile, "repeats \(repeats) has a negative entry")
      }
      let (product, overflow) = extent.multipliedReportingOverflow(by: count)
      guard !overflow else {
        throw HewnError(.unsupported, "\(count) times extent \(extent) is beyond 2^40 elements")
      }
      extents.append(product)
    }
    return [TensorType(type.element, try Shape(checking: extents))]
  }
}

extension CenterCropPad: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "input_data", "shape")
    let type = try inputs.required(0).type
    let target = try inputs.integers(1)
    let axes =
      if let axes { try type.shape.normalized(axes: axes) } else { Array(0..<type.shape.rank) }
    guard target.count == axes.count else {
      throw HewnError(.invalidFile, "shape \(target) has entries for other axes than \(axes)")
    }
    var extents = type.shape.dimensions
    for (axis, extent) in zip(axes, target) { extents[axis] = extent }
    return [TensorType(type.element, try Shape(checking: extents))]
  }

  /// The source index of every index of an axis; `nil` for padding.
  package static func sources(extent: Int, target: Int) -> [Int?] {
    let shift = target < extent ? (extent - target) / 2 : -((target - extent) / 2)
    return (0..<target).map { (0..<extent).contains($0 + shift) ? $0 + shift : nil }
  }
}

extension Compress: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let selection = try selection(for: inputs)
    let type = try OperandList(inputs, "input", "condition").required(0).type
    var extents = [selection.count]
    if let axis {
      extents = type.shape.dimensions
      extents[try type.shape.normalized(axis: axis)] = selection.count
    }
    return [TensorType(type.element, try Shape(checking: extents))]
  }

  /// The indices that are kept.
  ///
  /// - Throws: `invalidFile` for a condition that does not fit, `unsupported` for one that is not
  ///   constant.
  package func selection(for inputs: [Operand?]) throws(HewnError) -> [Int] {
    let inputs = try OperandList(inputs, "input", "condition")
    let shape = try inputs.required(0).shape
    let extent =
      if let axis { shape[try shape.normalized(axis: axis)] } else { shape.elementCount }
    let condition = try inputs.constant(1)
    guard condition.element == .bool, condition.shape.rank == 1,
      condition.shape.elementCount <= extent
    else {
      throw HewnError(
        .invalidFile, "condition is \(condition.type), expected at most bool[\(extent)]")
    }
    return try condition.integers().enumerated().filter { $0.element != 0 }.map(\.offset)
  }
}

extension Trilu: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "input", "k")
    let type = try inputs.required(0).type
    guard type.shape.rank >= 2 else {
      throw HewnError(.invalidFile, "input has shape \(type.shape), expected matrices")
    }
    if let k = inputs.optional(1) {
      guard k.type.element == .int64, k.shape.elementCount == 1 else {
        throw HewnError(.invalidFile, "input k is \(k.type), expected one int64")
      }
    }
    return [type]
  }
}

extension ReverseSequence: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "input", "sequence_lens")
    let type = try inputs.required(0).type
    let lengths = try inputs.required(1).type
    guard [0, 1].contains(batchAxis), [0, 1].contains(timeAxis), batchAxis != timeAxis else {
      throw HewnError(
        .invalidFile,
        "batch_axis is \(batchAxis) and time_axis is \(timeAxis), expected 0 and 1 or 1 and 0")
    }
    guard type.shape.rank >= 2 else {
      throw HewnError(.invalidFile, "input has shape \(type.shape), expected at least two axes")
    }
    guard lengths == TensorType(.int64, [type.shape[batchAxis]]) else {
      throw HewnError(
        .invalidFile,
        "sequence_lens is \(lengths), expected int64[\(type.shape[batchAxis])]")
    }
    return [type]
  }
}

extension BitCast: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let type = try OperandList(inputs, "input").required(0).type
    guard type.element.byteCount == target.byteCount else {
      throw HewnError(
        .invalidFile, "input is \(type), whose elements have another size than \(target.rawValue)")
    }
    return [TensorType(target, type.shape)]
  }
}
