internal import Graphs
internal import Tensors

let reductionImporters: [OperatorImporter] =
  Reduce.Kind.allCases.map { kind in
    OperatorImporter(kind.rawValue, inputs: 1...2) { node throws(HewnError) in
      try reduce(&node, kind)
    }
  }
  + ArgReduce.Kind.allCases.map { kind in
    OperatorImporter(kind.rawValue, inputs: 1...1) { node throws(HewnError) in
      try argReduce(&node, kind)
    }
  }
  + [
    OperatorImporter("TopK", inputs: 1...2, outputs: 1...2, build: topK),
    cumulate(.sum, opsets: 11...), cumulate(.product, opsets: 26...),
  ]

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

private func argReduce(_ node: inout NodeImport, _ kind: ArgReduce.Kind) throws(HewnError) {
  node.emit(
    ArgReduce(
      kind, axis: try node.attributes.integer("axis") ?? 0,
      keepsDimensions: try node.attributes.flag("keepdims", default: true),
      selectsLast: node.opset >= 12 ? try node.attributes.flag("select_last_index") : false))
}

/// The count became an input in operator set 10; the least elements came with 11.
private func topK(_ node: inout NodeImport) throws(HewnError) {
  let axis = try node.attributes.integer("axis") ?? -1
  guard node.opset >= 10 else {
    try node.checkIsOnlyInput()
    let count = try node.attributes.required("k", try node.attributes.integer("k"))
    return node.emit(
      TopK(axis: axis), [node.input(0), node.add("k", [count])], outputs: node.outputs)
  }
  guard node.inputs.count == 2 else {
    throw HewnError(.invalidFile, "1 input, TopK takes 2")
  }
  var takesLargest = true
  if node.opset >= 11 {
    takesLargest = try node.attributes.flag("largest", default: true)
    // In order is in any order.
    node.attributes.ignore("sorted")
  }
  node.emit(TopK(axis: axis, takesLargest: takesLargest), node.inputs, outputs: node.outputs)
}

private func cumulate(
  _ kind: Cumulate.Kind, opsets: PartialRangeFrom<Int>
) -> OperatorImporter {
  OperatorImporter(kind.rawValue, opsets: opsets, inputs: 2...2) { node throws(HewnError) in
    node.emit(
      Cumulate(
        kind, isExclusive: try node.attributes.flag("exclusive"),
        isReversed: try node.attributes.flag("reverse")))
  }
}
