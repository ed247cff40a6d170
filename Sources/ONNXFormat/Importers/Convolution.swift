internal import Graphs
internal import Tensors

let convolutionImporters: [OperatorImporter] = [
  OperatorImporter("Conv", inputs: 2...3, build: conv),
  OperatorImporter("ConvTranspose", inputs: 2...3, build: convTranspose),
  OperatorImporter("DeformConv", opsets: 19..., inputs: 3...5, build: deformConv),
]

private func conv(_ node: inout NodeImport) throws(HewnError) {
  node.emit(try convolution(&node))
}

private func deformConv(_ node: inout NodeImport) throws(HewnError) {
  let groups = try node.attributes.integer("offset_group") ?? 1
  node.emit(
    DeformConv(try convolution(&node, hasAutomaticPadding: false), offsetGroups: groups))
}

private func convolution(
  _ node: inout NodeImport, hasAutomaticPadding: Bool = true
) throws(HewnError) -> Conv {
  let window = try node.windowAttributes(hasAutomaticPadding: hasAutomaticPadding)
  try checkWeightRank(of: node, against: window)
  return Conv(
    kernel: window.kernel, strides: window.strides, dilations: window.dilations,
    padding: window.padding, groups: try node.groupCount())
}

private func convTranspose(_ node: inout NodeImport) throws(HewnError) {
  let window = try node.windowAttributes()
  try checkWeightRank(of: node, against: window)
  let outputPadding = try node.extents("output_padding", from: 0)
  let outputShape = try node.extents("output_shape", from: 1)
  for (name, list) in [("output_padding", outputPadding), ("output_shape", outputShape)] {
    guard list.isEmpty || list.count == window.rank ?? list.count else {
      throw HewnError(.invalidFile, "attribute \(name) = \(list) has another rank than the kernel")
    }
  }
  node.emit(
    ConvTranspose(
      kernel: window.kernel, strides: window.strides, dilations: window.dilations,
      padding: window.padding, outputPadding: outputPadding,
      outputShape: outputShape.isEmpty ? nil : outputShape, groups: try node.groupCount()))
}

/// Rejects attributes for another number of axes than the weights have.
private func checkWeightRank(
  of node: NodeImport, against window: WindowAttributes
) throws(HewnError) {
  guard let weights = node.constant(1) else { return }
  let rank = weights.shape.rank - 2
  guard rank == window.rank ?? rank else {
    throw HewnError(
      .invalidFile, "weights of shape \(weights.shape) for \(window.rank ?? 0) spatial axes")
  }
}
