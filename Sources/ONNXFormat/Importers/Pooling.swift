internal import Graphs
internal import Tensors

let poolingImporters: [OperatorImporter] = [
  OperatorImporter("MaxPool", inputs: 1...1, outputs: 1...2, build: maxPool),
  OperatorImporter("MaxUnpool", opsets: 9..., inputs: 2...3) {
    node throws(HewnError) in
    let window = try node.windowAttributes(hasDilations: false, hasAutomaticPadding: false)
    node.emit(
      MaxUnpool(
        kernel: try window.requiredKernel(), strides: window.strides, padding: window.padding))
  },
  OperatorImporter("AveragePool", inputs: 1...1, build: averagePool),
  OperatorImporter("LpPool", inputs: 1...1) { node throws(HewnError) in
    let hasDilations = node.opset >= 18
    let window = try poolingWindow(&node, hasDilations: hasDilations, roundsUp: hasDilations)
    node.emit(LpPool(window, exponent: try node.attributes.integer("p") ?? 2))
  },
  OperatorImporter("GlobalAveragePool", inputs: 1...1) { node throws(HewnError) in
    node.emit(GlobalAveragePool())
  },
  OperatorImporter("GlobalMaxPool", inputs: 1...1) { node throws(HewnError) in
    node.emit(GlobalMaxPool())
  },
  OperatorImporter("GlobalLpPool", inputs: 1...1) { node throws(HewnError) in
    node.emit(GlobalLpPool(exponent: try node.attributes.integer("p") ?? 2))
  },
]

private func maxPool(_ node: inout NodeImport) throws(HewnError) {
  let hasDilations = node.opset >= 10
  let window = try poolingWindow(&node, hasDilations: hasDilations, roundsUp: hasDilations)
  // Which way indices count.
  let order = node.opset >= 8 ? try node.attributes.integer("storage_order") ?? 0 : 0
  guard (0...1).contains(order) else {
    throw node.unsupported("storage_order", order, "ONNX has 0 and 1")
  }
  guard node.usesOutput(1) else { return node.emit(MaxPool(window)) }
  node.emit(
    MaxPool(window, indices: order == 0 ? .rowMajor : .columnMajor), node.inputs,
    outputs: node.outputs)
}

private func averagePool(_ node: inout NodeImport) throws(HewnError) {
  let window = try poolingWindow(
    &node, hasDilations: node.opset >= 19, roundsUp: node.opset >= 10)
  node.emit(
    AveragePool(window, countsPadding: try node.attributes.flag("count_include_pad")))
}

/// - Parameter roundsUp: whether the operator set knows `ceil_mode`.
private func poolingWindow(
  _ node: inout NodeImport, hasDilations: Bool, roundsUp: Bool
) throws(HewnError) -> PoolingWindow {
  let window = try node.windowAttributes(hasDilations: hasDilations)
  return PoolingWindow(
    kernel: try window.requiredKernel(), strides: window.strides, dilations: window.dilations,
    padding: window.padding, roundsUp: roundsUp ? try node.attributes.flag("ceil_mode") : false)
}
