internal import Graphs
internal import Tensors

let normalizationImporters: [OperatorImporter] =
  [
    OperatorImporter(
      "BatchNormalization", inputs: 5...5, outputs: 1...5, build: batchNormalization),
    OperatorImporter("LRN", inputs: 1...1, build: lrn),
  ]
  + Softmax.Kind.allCases.map { kind in
    OperatorImporter(kind.rawValue, inputs: 1...1) { node throws(HewnError) in
      let flattens = node.opset < 13
      let axis = try node.attributes.integer("axis") ?? (flattens ? 1 : -1)
      node.emit(Softmax(kind, axis: axis, flattens: flattens))
    }
  }

private func batchNormalization(_ node: inout NodeImport) throws(HewnError) {
  // How fast training moves the statistics.
  node.attributes.ignore("momentum")
  if node.opset < 9, try !node.attributes.flag("spatial", default: true) {
    throw node.unsupported("spatial", 0, "statistics must be per channel")
  }
  if node.opset < 7, try !node.attributes.flag("is_test") {
    throw node.unsupported("is_test", 0, "export the model for inference")
  }
  if node.opset >= 14, try node.attributes.flag("training_mode") {
    throw node.unsupported("training_mode", 1, "export the model for inference")
  }
  guard node.outputs.count == 1 else {
    throw HewnError(
      .unsupported,
      "outputs after the first belong to training: \(node.outputs.dropFirst());"
        + " export the model for inference")
  }
  node.emit(BatchNormalization(epsilon: try node.attributes.float("epsilon") ?? 1e-5))
}

private func lrn(_ node: inout NodeImport) throws(HewnError) {
  let size = try node.attributes.required("size", try node.attributes.integer("size"))
  guard (1...WindowAttributes.maximum).contains(size) else {
    throw node.unsupported("size", size, "at least one channel must be summed")
  }
  node.emit(
    LRN(
      size: size, alpha: try node.attributes.float("alpha") ?? 1e-4,
      beta: try node.attributes.float("beta") ?? 0.75,
      bias: try node.attributes.float("bias") ?? 1))
}
