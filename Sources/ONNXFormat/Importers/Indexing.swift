internal import Graphs
internal import Tensors

let indexingImporters: [OperatorImporter] = [
  OperatorImporter("Gather", inputs: 2...2) { node throws(HewnError) in
    node.emit(Gather(axis: try node.attributes.integer("axis") ?? 0))
  },
  OperatorImporter("GatherElements", opsets: 11..., inputs: 2...2) { node throws(HewnError) in
    node.emit(GatherElements(axis: try node.attributes.integer("axis") ?? 0))
  },
  OperatorImporter("GatherND", opsets: 11..., inputs: 2...2) { node throws(HewnError) in
    let batchAxes = node.opset >= 12 ? try node.attributes.integer("batch_dims") ?? 0 : 0
    node.emit(GatherND(batchAxes: batchAxes))
  },
  // What operator set 11 renamed.
  OperatorImporter("Scatter", opsets: 9...10, inputs: 3...3, build: scatterElements),
  OperatorImporter("ScatterElements", opsets: 11..., inputs: 3...3, build: scatterElements),
  OperatorImporter("ScatterND", opsets: 11..., inputs: 3...3) { node throws(HewnError) in
    node.emit(ScatterND(reduction: try reduction(&node)))
  },
  OperatorImporter("TensorScatter", opsets: 24..., inputs: 2...3) { node throws(HewnError) in
    let name = try node.attributes.string("mode") ?? "linear"
    guard let mode = TensorScatter.Mode(rawValue: name) else {
      throw node.unsupported("mode", name, "ONNX has linear and circular")
    }
    node.emit(TensorScatter(axis: try node.attributes.integer("axis") ?? -2, mode: mode))
  },
]

private func scatterElements(_ node: inout NodeImport) throws(HewnError) {
  node.emit(
    ScatterElements(
      axis: try node.attributes.integer("axis") ?? 0, reduction: try reduction(&node)))
}

private func reduction(_ node: inout NodeImport) throws(HewnError) -> ScatterReduction {
  guard node.opset >= 16, let name = try node.attributes.string("reduction") else { return .none }
  guard let reduction = ScatterReduction(rawValue: name),
    node.opset >= 18 || [.none, .add, .multiply].contains(reduction)
  else {
    throw node.unsupported("reduction", name, "not known in operator set \(node.opset)")
  }
  return reduction
}
