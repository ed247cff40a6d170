internal import Graphs
internal import Tensors

let constantImporters: [OperatorImporter] = [
  OperatorImporter("Constant", inputs: 0...0, build: constant)
]

/// Exactly one of the attributes states the value; which there are depends on the operator set.
private func constant(_ node: inout NodeImport) throws(HewnError) {
  for name in ["value_string", "value_strings"] where node.attributes.isGiven(name) {
    throw HewnError(.unsupported, "attribute \(name) holds text, only numbers are supported")
  }
  var values: [Tensor] = []
  if let tensor = try node.attributes.tensor("value") { values.append(tensor) }
  if node.opset >= 11, let tensor = try node.attributes.sparseTensor("sparse_value") {
    values.append(tensor)
  }
  if node.opset >= 12 {
    if let float = try node.attributes.float("value_float") { values.append(Tensor(scalar: float)) }
    if let floats = try node.attributes.floats("value_floats") {
      values.append(Tensor([floats.count], floats))
    }
    if let integer = try node.attributes.integer("value_int") {
      values.append(Tensor(scalar: Int64(integer)))
    }
    if let integers = try node.attributes.integers("value_ints") {
      values.append(Tensor([integers.count], integers.map { Int64($0) }))
    }
  }
  try node.attributes.verifyAllRead()
  guard values.count == 1 else {
    throw HewnError(.invalidFile, "\(values.count) attributes state a value, ONNX wants one")
  }
  node.emit(constant: values[0])
}
