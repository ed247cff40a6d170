internal import Graphs
internal import Tensors

let normalizationImporters: [OperatorImporter] =
  [
    OperatorImporter(
      "BatchNormalization", inputs: 5...5, outputs: 1...5, build: batchNormalization),
    OperatorImporter("LRN", inputs: 1...1, build: lrn),
    OperatorImporter("InstanceNormalization", inputs: 3...3) { node throws(HewnError) in
      node.emit(InstanceNormalization(epsilon: try node.epsilon()))
    },
    OperatorImporter("GroupNormalization", opsets: 18..., inputs: 3...3, build: groupNormalization),
    OperatorImporter(
      "LayerNormalization", opsets: 17..., inputs: 2...3, outputs: 1...3, build: layerNormalization),
    OperatorImporter("RMSNormalization", opsets: 23..., inputs: 2...2) { node throws(HewnError) in
      node.attributes.ignore("stash_type")
      node.emit(
        RMSNormalization(
          axis: try node.attributes.integer("axis") ?? -1, epsilon: try node.epsilon()))
    },
    OperatorImporter("MeanVarianceNormalization", opsets: 9..., inputs: 1...1) {
      node throws(HewnError) in
      node.emit(MeanVarianceNormalization(axes: try node.attributes.integers("axes") ?? [0, 2, 3]))
    },
    OperatorImporter("LpNormalization", inputs: 1...1) { node throws(HewnError) in
      node.emit(
        LpNormalization(
          axis: try node.attributes.integer("axis") ?? -1,
          exponent: try node.attributes.integer("p") ?? 2))
    },
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
  node.emit(BatchNormalization(epsilon: try node.epsilon()))
}

private func groupNormalization(_ node: inout NodeImport) throws(HewnError) {
  // Which precision the statistics have at least; Hewn's is never lower than the input's.
  if node.opset >= 21 { node.attributes.ignore("stash_type") }
  let groups = try node.attributes.required(
    "num_groups", try node.attributes.integer("num_groups"))
  node.emit(
    GroupNormalization(
      groups: groups, epsilon: try node.epsilon(), scalesGroups: node.opset < 21))
}

private func layerNormalization(_ node: inout NodeImport) throws(HewnError) {
  let stash = try ElementType(onnx: try node.attributes.integer("stash_type") ?? 1)
  let givesStatistics = node.usesOutput(1) || node.usesOutput(2)
  node.emit(
    LayerNormalization(
      axis: try node.attributes.integer("axis") ?? -1, epsilon: try node.epsilon(),
      statistics: givesStatistics ? stash : nil),
    node.inputs, outputs: givesStatistics ? node.outputs : [node.outputs[0]])
}

extension NodeImport {
  /// Reads `epsilon`.
  fileprivate mutating func epsilon() throws(HewnError) -> Float {
    try attributes.float("epsilon") ?? 1e-5
  }
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
