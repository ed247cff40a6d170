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

private func checkBias(_ bias: Operand?, filters: Int) throws(HewnError) {
  guard let bias, bias.shape != Shape([filters]) else { return }
  throw HewnError(.invalidFile, "B has shape \(bias.shape), expected \(filters) (one per filter)")
}
