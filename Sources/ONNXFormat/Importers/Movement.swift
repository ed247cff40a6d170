internal import Graphs
internal import Tensors

let movementImporters: [OperatorImporter] = [
  OperatorImporter("Concat", inputs: 1...Int.max, build: concat),
  OperatorImporter("Split", inputs: 1...2, outputs: 1...Int.max, build: split),
  OperatorImporter("Slice", inputs: 1...5, build: slice),
  OperatorImporter("Pad", inputs: 1...4, build: pad),
  OperatorImporter("Transpose", inputs: 1...1) { node throws(HewnError) in
    node.emit(Transpose(permutation: try node.attributes.integers("perm") ?? []))
  },
  OperatorImporter("DepthToSpace", inputs: 1...1, build: depthToSpace),
  OperatorImporter("SpaceToDepth", inputs: 1...1) { node throws(HewnError) in
    node.emit(SpaceToDepth(blockSize: try node.blockSize()))
  },
  OperatorImporter("Tile", inputs: 2...2) { node throws(HewnError) in node.emit(Tile()) },
  OperatorImporter("CenterCropPad", opsets: 18..., inputs: 2...2) { node throws(HewnError) in
    node.emit(CenterCropPad(axes: try node.attributes.integers("axes")))
  },
  OperatorImporter("Compress", opsets: 9..., inputs: 2...2) { node throws(HewnError) in
    node.emit(Compress(axis: try node.attributes.integer("axis")))
  },
  OperatorImporter("Trilu", opsets: 14..., inputs: 1...2) { node throws(HewnError) in
    node.emit(Trilu(keepsUpper: try node.attributes.flag("upper", default: true)))
  },
  OperatorImporter("ReverseSequence", opsets: 10..., inputs: 2...2) { node throws(HewnError) in
    node.emit(
      ReverseSequence(
        batchAxis: try node.attributes.integer("batch_axis") ?? 1,
        timeAxis: try node.attributes.integer("time_axis") ?? 0))
  },
  OperatorImporter("BitCast", opsets: 26..., inputs: 1...1) { node throws(HewnError) in
    let number = try node.attributes.required("to", try node.attributes.integer("to"))
    node.emit(BitCast(to: try ElementType(onnx: number)))
  },
  OperatorImporter("Col2Im", opsets: 18..., inputs: 3...3) { node throws(HewnError) in
    node.emit(
      Col2Im(
        strides: try node.attributes.integers("strides") ?? [],
        dilations: try node.attributes.integers("dilations") ?? [],
        pads: try node.attributes.integers("pads") ?? []))
  },
]

private func concat(_ node: inout NodeImport) throws(HewnError) {
  if let missing = node.inputs.firstIndex(of: "") {
    throw HewnError(.invalidFile, "input \(missing) is left out")
  }
  node.emit(
    Concat(axis: try node.attributes.required("axis", try node.attributes.integer("axis"))))
}

private func split(_ node: inout NodeImport) throws(HewnError) {
  let count = node.outputs.count
  var op = Split(axis: try node.attributes.integer("axis") ?? 0, outputCount: count)
  guard node.opset >= 13 else { return try node.emit(op, movingToInput: ["split"]) }
  if node.opset >= 18, let stated = try node.attributes.integer("num_outputs"), stated != count {
    // Outputs that nobody wants may be left out at the end.
    guard stated > count else {
      throw HewnError(
        .invalidFile, "attribute num_outputs = \(stated), the node has \(count) outputs")
    }
    op.outputCount = stated
  }
  node.emit(op, node.inputs, outputs: node.outputs)
}

private func slice(_ node: inout NodeImport) throws(HewnError) {
  guard node.opset >= 10 else {
    return try node.emit(Slice(), movingToInput: ["starts", "ends", "axes"], required: 2)
  }
  guard node.inputs.count >= 3 else {
    throw HewnError(.invalidFile, "\(node.inputs.count) inputs, Slice takes 3 to 5")
  }
  node.emit(Slice())
}

private func pad(_ node: inout NodeImport) throws(HewnError) {
  let name = try node.attributes.string("mode") ?? "constant"
  guard let mode = Pad.Mode(rawValue: name), mode != .wrap || node.opset >= 19 else {
    throw node.unsupported("mode", name, "not known in operator set \(node.opset)")
  }
  let maximumInputCount = node.opset >= 18 ? 4 : 3
  if node.opset >= 11 {
    guard (2...maximumInputCount).contains(node.inputs.count) else {
      throw HewnError(
        .invalidFile, "\(node.inputs.count) inputs, Pad takes 2 to \(maximumInputCount)")
    }
    return node.emit(Pad(mode: mode))
  }
  try node.checkIsOnlyInput()
  let pads = try node.attributes.required("pads", try node.attributes.integers("pads"))
  let value = try node.attributes.float("value") ?? 0
  // Zero is the default in every element type, a stated value is single precision.
  node.emit(
    Pad(mode: mode),
    [
      node.input(0), node.add("pads", pads),
      value == 0 ? "" : node.add("value", Tensor(scalar: value)),
    ])
}

private func depthToSpace(_ node: inout NodeImport) throws(HewnError) {
  let size = try node.blockSize()
  let name = node.opset >= 11 ? try node.attributes.string("mode") ?? "DCR" : "DCR"
  guard let mode = DepthToSpace.Mode(rawValue: name) else {
    throw node.unsupported("mode", name, "ONNX has DCR and CRD")
  }
  node.emit(DepthToSpace(blockSize: size, mode: mode))
}

extension NodeImport {
  fileprivate mutating func blockSize() throws(HewnError) -> Int {
    let size = try attributes.required("blocksize", try attributes.integer("blocksize"))
    guard (1...WindowAttributes.maximum).contains(size) else {
      throw unsupported("blocksize", size, "it must be at least 1")
    }
    return size
  }
}
