internal import Graphs
internal import Tensors

let shapeImporters: [OperatorImporter] = [
  OperatorImporter("Reshape", inputs: 2...2) { node throws(HewnError) in
    let allowsZero = node.opset >= 14 ? try node.attributes.flag("allowzero") : false
    node.emit(Reshape(allowsZero: allowsZero))
  },
  OperatorImporter("Flatten", inputs: 1...1) { node throws(HewnError) in
    node.emit(Flatten(axis: try node.attributes.integer("axis") ?? 1))
  },
  OperatorImporter("Squeeze", inputs: 1...2) { node throws(HewnError) in
    guard node.opset < 13 else { return node.emit(Squeeze()) }
    try node.emit(Squeeze(), movingToInput: ["axes"])
  },
  OperatorImporter("Unsqueeze", inputs: 1...2, build: unsqueeze),
  OperatorImporter("Shape", inputs: 1...1) { node throws(HewnError) in
    guard node.opset >= 15 else { return node.emit(ShapeOf()) }
    node.emit(
      ShapeOf(
        start: try node.attributes.integer("start") ?? 0, end: try node.attributes.integer("end")))
  },
  OperatorImporter("Expand", opsets: 8..., inputs: 2...2) { node throws(HewnError) in
    node.emit(Expand())
  },
  OperatorImporter("ConstantOfShape", opsets: 9..., inputs: 1...1, build: constantOfShape),
]

private func unsqueeze(_ node: inout NodeImport) throws(HewnError) {
  guard node.opset >= 13 else {
    return try node.emit(Unsqueeze(), movingToInput: ["axes"], required: 1)
  }
  guard node.inputs.count == 2 else {
    throw HewnError(.invalidFile, "1 input, Unsqueeze takes 2")
  }
  node.emit(Unsqueeze())
}

private func constantOfShape(_ node: inout NodeImport) throws(HewnError) {
  let value = try node.attributes.tensor("value") ?? Tensor([1], [Float(0)])
  guard value.shape.elementCount == 1 else {
    throw HewnError(.invalidFile, "attribute value is \(value.type), ONNX wants one element")
  }
  node.emit(ConstantOfShape(value: value.reshaped([1])))
}
