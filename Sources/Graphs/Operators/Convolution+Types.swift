package import Tensors

extension Conv {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs =
      addsResidual
      ? try OperandList(inputs, "X", "W", "B", "residual") : try OperandList(inputs, "X", "W", "B")
    let x = try inputs.float(0)
    let w = try inputs.required(1)
    try inputs.checkOneElementType()
    let geometry = try geometry(input: x.shape, weight: w.shape)
    let filters = w.shape[0]
    try checkBias(inputs.optional(2), filters: filters)
    let output = TensorType(
      x.type.element,
      try Shape(checking: [x.shape[0], filters] + geometry.outputExtents))
    if addsResidual {
      let residual = try inputs.required(3)
      guard residual.shape == output.shape else {
        throw HewnError(
          .invalidFile, "residual has shape \(residual.shape), expected \(output.shape)")
      }
    }
    return [output]
  }

  /// 2 · K for each output element, K the taps of one filter.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let weight = inputs.count > 1 ? inputs[1] : nil
    let taps = weight.map { $0.shape.elementCount / max(1, $0.shape[0]) } ?? 0
    return OperationCount(
      flops: OperationCount.product(2, taps, outputs[0].shape.elementCount),
      moving: inputs, outputs)
  }
}

extension ConvTranspose {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "W", "B")
    let x = try inputs.float(0)
    let w = try inputs.required(1)
    try inputs.checkOneElementType()
    let geometry = try geometry(input: x.shape, weight: w.shape)
    // Both factors are at most 2^40 and their product may not be.
    let (filters, overflow) = w.shape[1].multipliedReportingOverflow(by: groups)
    guard !overflow else {
      throw HewnError(.unsupported, "\(w.shape[1]) filters in each of \(groups) groups")
    }
    try checkBias(inputs.optional(2), filters: filters)
    return [
      TensorType(
        x.type.element, try Shape(checking: [x.shape[0], filters] + geometry.outputExtents))
    ]
  }

  /// 2 · M/groups · R · S for each input element.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let weight = inputs.count > 1 ? inputs[1] : nil
    let taps = weight.map { $0.shape.elementCount / max(1, $0.shape[0]) } ?? 0
    return OperationCount(
      flops: OperationCount.product(2, taps, inputs[0]?.shape.elementCount ?? 0),
      moving: inputs, outputs)
  }
}

extension DeformConv {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "W", "offset", "B", "mask")
    let (x, w, offset) = (try inputs.float(0), try inputs.required(1), try inputs.required(2))
    try inputs.checkOneElementType()
    let outputs = try convolution.outputTypes(for: [x, w, inputs.optional(3)])
    guard offsetGroups >= 1, x.shape[1].isMultiple(of: offsetGroups) else {
      throw HewnError(
        .invalidFile, "\(x.shape[1]) channels do not divide into \(offsetGroups) offset groups")
    }
    let kernel = try Shape(checking: Array(w.shape.dimensions[2...]))
    let points = try Shape(checking: [x.shape[0], offsetGroups, kernel.elementCount])
    let output = outputs[0].shape.dimensions[2...]
    let wanted = try Shape(
      checking: [points[0], points.elementCount / max(1, points[0]) * kernel.rank] + output)
    guard offset.shape == wanted else {
      throw HewnError(
        .invalidFile,
        "offset has shape \(offset.shape), expected \(wanted): \(kernel.rank) for each of"
          + " \(kernel.elementCount) taps in each of \(offsetGroups) groups")
    }
    if let mask = inputs.optional(4) {
      let wanted = try Shape(checking: [wanted[0], wanted[1] / kernel.rank] + output)
      guard mask.shape == wanted else {
        throw HewnError(.invalidFile, "mask has shape \(mask.shape), expected \(wanted)")
      }
    }
    return outputs
  }

  /// Those of the convolution, and 2^axes products for each pixel that a tap reads.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let offsets = inputs.count > 2 ? inputs[2]?.shape.elementCount ?? 0 : 0
    let axes = outputs[0].shape.rank - 2
    let read = OperationCount.product(
      2 << axes, offsets / axes, (inputs[0]?.shape[1] ?? 0) / max(1, offsetGroups))
    let convolved = convolution.operationCount(inputs: inputs, outputs: outputs).flops
    let (flops, overflow) = read.addingReportingOverflow(convolved)
    return OperationCount(flops: overflow ? .max : flops, moving: inputs, outputs)
  }
}

private func checkBias(_ bias: Operand?, filters: Int) throws(HewnError) {
  guard let bias, bias.shape != Shape([filters]) else { return }
  throw HewnError(.invalidFile, "B has shape \(bias.shape), expected \(filters) (one per filter)")
}
