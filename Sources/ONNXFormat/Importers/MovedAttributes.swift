internal import Graphs
internal import Tensors

extension NodeImport {
  /// Adds an operator that takes as inputs, after the data, what this operator set still gives as
  /// lists of integers in attributes.
  ///
  /// - Parameters:
  ///   - names: the attributes in the order of the inputs.
  ///   - required: how many of the first ones ONNX requires.
  /// - Throws: `invalidFile` when the node has more inputs than the data, or a required attribute
  ///   is missing.
  mutating func emit(
    _ op: any Operator, movingToInput names: [String], required: Int = 0
  ) throws(HewnError) {
    try checkIsOnlyInput()
    var operands = [input(0)]
    for (index, name) in names.enumerated() {
      let list = try attributes.integers(name)
      if index < required { _ = try attributes.required(name, list) }
      // An empty list means the same as none where the list is optional.
      operands.append(list.flatMap { $0.isEmpty && index >= required ? nil : add(name, $0) } ?? "")
    }
    emit(op, operands, outputs: outputs)
  }

  /// - Throws: `invalidFile` when the node already uses the inputs of a newer operator set.
  func checkIsOnlyInput() throws(HewnError) {
    guard inputs.count == 1 else {
      throw HewnError(
        .invalidFile, "\(inputs.count) inputs, \(type) takes 1 in operator set \(opset)")
    }
  }
}
