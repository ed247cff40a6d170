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
  OperatorImporter("Size", inputs: 1...1) { node throws(HewnError) in node.emit(SizeOf()) },
  OperatorImporter("Range", opsets: 11..., inputs: 3...3) { node throws(HewnError) in
    // All arithmetic is in double precision.
    if node.opset >= 27 { node.attributes.ignore("stash_type") }
    node.emit(RangeOf())
  },
  OperatorImporter("EyeLike", opsets: 9..., inputs: 1...1) { node throws(HewnError) in
    let number = try node.attributes.integer("dtype")
    var op = EyeLike(diagonal: try node.attributes.integer("k") ?? 0)
    if let number { op.element = try ElementType(onnx: number) }
    node.emit(op)
  },
  OperatorImporter("OneHot", opsets: 9..., inputs: 3...3) { node throws(HewnError) in
    node.emit(OneHot(axis: try node.attributes.integer("axis") ?? -1))
  },
  OperatorImporter("NonZero", opsets: 9..., inputs: 1...1) { node throws(HewnError) in
    node.emit(NonZero())
  },
  OperatorImporter("Unique", opsets: 11..., inputs: 1...1, outputs: 1...4) {
    node throws(HewnError) in
    let op = Unique(
      axis: try node.attributes.integer("axis"),
      isSorted: try node.attributes.flag("sorted", default: true))
    node.emit(op, node.inputs, outputs: node.outputs)
  },
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
