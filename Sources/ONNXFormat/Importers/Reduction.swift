internal import Graphs
internal import Tensors

let reductionImporters: [OperatorImporter] = Reduce.Kind.allCases.map { kind in
  OperatorImporter(kind.rawValue, inputs: 1...2) { node throws(HewnError) in
    try reduce(&node, kind)
  }
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
