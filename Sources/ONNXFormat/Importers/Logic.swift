internal import Graphs
internal import Tensors

let logicImporters: [OperatorImporter] =
  comparisonImporters + truthImporters + bitImporters + [
    OperatorImporter("IsNaN", opsets: 9..., inputs: 1...1) { node throws(HewnError) in
      node.emit(IsNaN())
    },
    OperatorImporter("IsInf", opsets: 10..., inputs: 1...1) { node throws(HewnError) in
      let detectsNegative = try node.attributes.flag("detect_negative", default: true)
      let detectsPositive = try node.attributes.flag("detect_positive", default: true)
      node.emit(IsInf(detectsNegative: detectsNegative, detectsPositive: detectsPositive))
    },
    OperatorImporter("Where", opsets: 9..., inputs: 3...3) { node throws(HewnError) in
      node.emit(Where())
    },
  ]

private let comparisonImporters = Comparison.Kind.allCases.map { kind in
  let first =
    switch kind {
    case .equal, .greater, .less: ONNXModel.opsets.lowerBound
    case .greaterOrEqual, .lessOrEqual: 12
    }
  return OperatorImporter(kind.rawValue, opsets: first..., inputs: 2...2) {
    node throws(HewnError) in
    node.emit(Comparison(kind), try node.broadcastOperands())
  }
}

private let truthImporters = Logic.Kind.allCases.map { kind in
  OperatorImporter(kind.rawValue, inputs: kind.inputCounts) { node throws(HewnError) in
    node.emit(Logic(kind), try kind == .not ? node.inputs : node.broadcastOperands())
  }
}

private let bitImporters =
  Logic.Kind.allCases.map { kind in
    let op = Logic(kind, isBitwise: true)
    return OperatorImporter(op.name, opsets: 18..., inputs: kind.inputCounts) {
      node throws(HewnError) in
      node.emit(op)
    }
  } + [OperatorImporter("BitShift", opsets: 11..., inputs: 2...2, build: bitShift)]

extension Logic.Kind {
  fileprivate var inputCounts: ClosedRange<Int> { self == .not ? 1...1 : 2...2 }
}

private func bitShift(_ node: inout NodeImport) throws(HewnError) {
  let name = try node.attributes.required("direction", try node.attributes.string("direction"))
  guard let direction = BitShift.Direction(rawValue: name) else {
    throw node.unsupported("direction", name, "ONNX has LEFT and RIGHT")
  }
  node.emit(BitShift(direction))
}
