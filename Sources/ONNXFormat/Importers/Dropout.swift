internal import Graphs
internal import Tensors

let dropoutImporter = OperatorImporter(
  "Dropout", inputs: 1...3, outputs: 1...2, build: dropout)

/// At inference nothing is dropped: the output is the input, and the mask is all ones.
private func dropout(_ node: inout NodeImport) throws(HewnError) {
  // The ratio and the seed matter in training only.
  if node.opset < 7 { node.attributes.ignore("is_test") }
  if node.opset < 12 {
    node.attributes.ignore("ratio")
    guard node.inputs.count == 1 else {
      throw HewnError(.invalidFile, "more than one input before operator set 12")
    }
  } else {
    node.attributes.ignore("seed")
  }
  if !node.input(2).isEmpty { try checkTraining(of: node) }
  if !node.outputs[0].isEmpty { node.emit(Identity(), [node.input(0)]) }
  guard node.usesOutput(1) else { return }
  let shape = node.temporary("shape")
  node.emit(ShapeOf(), [node.input(0)], outputs: [shape])
  let ones = ConstantOfShape(value: Tensor([1], [true]))
  guard node.opset < 10 else { return node.emit(ones, [shape], outputs: [node.outputs[1]]) }
  // The mask had the data's type first.
  let mask = node.temporary("mask")
  node.emit(ones, [shape], outputs: [mask])
  node.emit(CastLike(), [mask, node.input(0)], outputs: [node.outputs[1]])
}

/// - Throws: `unsupported` where something may be dropped.
private func checkTraining(of node: NodeImport) throws(HewnError) {
  guard let isTraining = node.constant(2), isTraining.element == .bool else {
    throw HewnError(
      .unsupported,
      "input training_mode (\"\(node.input(2))\") is not a constant; export the model for inference"
    )
  }
  guard isTraining.doubles().contains(1) else { return }
  // Without an input the ratio is 0.5.
  guard let ratio = node.constant(1), ratio.doubles().allSatisfy({ $0 == 0 }) else {
    throw HewnError(
      .unsupported,
      "training_mode is true, which drops elements by chance; export the model for inference")
  }
}
