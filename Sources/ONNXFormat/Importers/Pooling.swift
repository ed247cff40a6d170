internal import Graphs
internal import Tensors

let poolingImporters: [OperatorImporter] =
  [
    OperatorImporter("MaxPool", inputs: 1...1, outputs: 1...2, build: maxPool),
    OperatorImporter("AveragePool", inputs: 1...1, build: averagePool),
    OperatorImporter("GlobalAveragePool", inputs: 1...1) { node throws(HewnError) in
      node.emit(GlobalAveragePool())
    },
    OperatorImporter("GlobalMaxPool", inputs: 1...1) { node throws(HewnError) in
      node.emit(GlobalMaxPool())
    },
  ]
  + Reduce.Kind.allCases.map { kind in
    OperatorImporter(kind.rawValue, inputs: 1...2) { node throws(HewnError) in
      try reduce(&node, kind)
    }
  }

private func maxPool(_ node: inout NodeImport) throws(HewnError) {
  let window = try poolingWindow(&node, hasDilations: node.opset >= 10)
  if node.opset >= 8, let order = try node.attributes.integer("storage_order"), order != 0 {
    throw node.unsupported("storage_order", order, "only row-major order is")
  }
  guard !node.usesOutput(1) else {
    throw HewnError(.unsupported, "output Indices (\"\(node.outputs[1])\") is used")
  }
  node.emit(MaxPool(window))
}

private func averagePool(_ node: inout NodeImport) throws(HewnError) {
  let window = try poolingWindow(&node, hasDilations: node.opset >= 19)
  node.emit(
    AveragePool(window, countsPadding: try node.attributes.flag("count_include_pad")))
}

private func poolingWindow(
  _ node: inout NodeImport, hasDilations: Bool
) throws(HewnError) -> PoolingWindow {
  let window = try node.windowAttributes(hasDilations: hasDilations)
  guard !window.kernel.isEmpty else {
    throw HewnError(.invalidFile, "attribute kernel_shape is missing")
  }
  return PoolingWindow(
    kernel: window.kernel, strides: window.strides, dilations: window.dilations,
    padding: window.padding,
    roundsUp: node.opset >= 10 ? try node.attributes.flag("ceil_mode") : false)
}

/// The axes moved from an attribute to an input: those of sums in operator set 13, others in 18.
private func reduce(_ node: inout NodeImport, _ kind: Reduce.Kind) throws(HewnError) {
  let keepsDimensions = try node.attributes.flag("keepdims", default: true)
  if node.opset >= (kind == .sum ? 13 : 18) {
    node.emit(
      Reduce(
        kind, keepsDimensions: keepsDimensions,
        ignoresEmptyAxes: try node.attributes.flag("noop_with_empty_axes")))
  } else {
    try node.emit(
      Reduce(kind, keepsDimensions: keepsDimensions), movingToInput: ["axes"])
  }
}
