package import Tensors

extension BatchNormalization {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "scale", "B", "input_mean", "input_var")
    let x = try inputs.float(0)
    guard x.shape.rank >= 2 else {
      throw HewnError(.invalidFile, "input X has shape \(x.shape), expected batch and channels")
    }
    for (index, name) in ["scale", "B", "input_mean", "input_var"].enumerated() {
      // Statistics may be more precise than X.
      let shape = try inputs.float(index + 1).shape
      guard shape == Shape([x.shape[1]]) else {
        throw HewnError(
          .invalidFile,
          "input \(name) has shape \(shape), expected \(x.shape[1]) (one per channel)")
      }
    }
    return [x.type]
  }

  /// One multiply-add for each element: the statistics fold into a scale and a shift.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(
      flops: OperationCount.product(2, outputs[0].shape.elementCount), moving: inputs, outputs)
  }
}

extension LRN {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "X").float(0)
    guard x.shape.rank >= 2 else {
      throw HewnError(.invalidFile, "input X has shape \(x.shape), expected batch and channels")
    }
    guard size >= 1 else {
      throw HewnError(.invalidFile, "size is \(size), expected at least 1")
    }
    return [x.type]
  }

  /// A multiply-add for each neighbour, then a power, a multiply-add and a division.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let elements = outputs[0].shape.elementCount
    let neighbours = outputs[0].shape.rank >= 2 ? min(size, outputs[0].shape[1]) : size
    return OperationCount(
      flops: OperationCount.product(2 * neighbours + 4, elements), moving: inputs, outputs)
  }
}

extension Softmax {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "input").float(0)
    _ = try geometry(input: x.shape)
    return [x.type]
  }

  /// A comparison, a subtraction, an exponential, an addition and a division for each element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    OperationCount(
      flops: OperationCount.product(5, outputs[0].shape.elementCount), moving: inputs, outputs)
  }
}
