internal import Graphs
internal import Tensors

let elementwiseImporters: [OperatorImporter] =
  activationImporters + functionImporters + binaryImporters + variadicImporters

private let activationImporters: [OperatorImporter] = [
  unary("Relu", .activation(.relu)),
  unary("Sigmoid", .activation(.sigmoid)),
  unary("Tanh", .activation(.tanh)),
  OperatorImporter("HardSwish", opsets: 14..., inputs: 1...1) { node throws(HewnError) in
    node.emit(Unary(.activation(.hardSwish)))
  },
  OperatorImporter("LeakyRelu", inputs: 1...1) { node throws(HewnError) in
    let slope = try node.attributes.float("alpha") ?? 0.01
    node.emit(Unary(.activation(.leakyRelu(slope: slope))))
  },
  OperatorImporter("HardSigmoid", inputs: 1...1) { node throws(HewnError) in
    let alpha = try node.attributes.float("alpha") ?? 0.2
    let beta = try node.attributes.float("beta") ?? 0.5
    node.emit(Unary(.activation(.hardSigmoid(alpha: alpha, beta: beta))))
  },
  OperatorImporter("Swish", opsets: 24..., inputs: 1...1) { node throws(HewnError) in
    let alpha = try node.attributes.float("alpha") ?? 1
    guard alpha == 1 else { throw node.unsupported("alpha", alpha, "only 1 is") }
    node.emit(Unary(.activation(.silu)))
  },
  OperatorImporter("PRelu", inputs: 2...2) { node throws(HewnError) in
    // Slopes were one for each channel, or one for all, before they were broadcast.
    guard node.opset < 7 else { return node.emit(PRelu()) }
    node.emit(PRelu(), [node.input(0), node.align(node.input(1), to: node.input(0), from: 1)])
  },
  OperatorImporter("Clip", inputs: 1...3, build: clip),
]

private let functionImporters: [OperatorImporter] = [
  unary("Abs", .absolute), unary("Ceil", .ceil), unary("Exp", .exp), unary("Floor", .floor),
  unary("Log", .log), unary("Neg", .negate), unary("Reciprocal", .reciprocal),
  unary("Sqrt", .squareRoot),
  OperatorImporter("Identity", inputs: 1...1) { node throws(HewnError) in node.emit(Identity()) },
  OperatorImporter("Cast", inputs: 1...1, build: cast),
]

private let binaryImporters: [OperatorImporter] =
  [Binary.Kind.add, .subtract, .multiply, .divide, .power].map { kind in
    OperatorImporter(kind.rawValue, inputs: 2...2) { node throws(HewnError) in
      node.emit(Binary(kind), try node.broadcastOperands())
    }
  }

private let variadicImporters: [OperatorImporter] = [
  variadic("Max", .maximum), variadic("Min", .minimum), variadic("Sum", .add),
]

private func unary(_ type: String, _ function: Unary.Function) -> OperatorImporter {
  OperatorImporter(type, inputs: 1...1) { node throws(HewnError) in node.emit(Unary(function)) }
}

/// A chain of binary operators, from the left.
private func variadic(_ type: String, _ kind: Binary.Kind) -> OperatorImporter {
  OperatorImporter(type, inputs: 1...Int.max) { node throws(HewnError) in
    if let missing = node.inputs.firstIndex(of: "") {
      throw HewnError(.invalidFile, "input \(missing) is left out")
    }
    var result = node.input(0)
    guard node.inputs.count > 1 else { return node.emit(Identity()) }
    for input in node.inputs.dropFirst().dropLast() {
      let partial = node.temporary("partial")
      node.emit(Binary(kind), [result, input], outputs: [partial])
      result = partial
    }
    node.emit(Binary(kind), [result, node.inputs[node.inputs.count - 1]])
  }
}

/// The bounds became inputs in operator set 11; before, they were always single precision.
private func clip(_ node: inout NodeImport) throws(HewnError) {
  guard node.opset < 11 else { return node.emit(Clip()) }
  try node.checkIsOnlyInput()
  let lower = try node.attributes.float("min").map { node.add("min", Tensor(scalar: $0)) }
  let upper = try node.attributes.float("max").map { node.add("max", Tensor(scalar: $0)) }
  node.emit(Clip(), [node.input(0), lower ?? "", upper ?? ""])
}

private func cast(_ node: inout NodeImport) throws(HewnError) {
  // Both speak of 8-bit floats, which are not supported as targets.
  if node.opset >= 19 { node.attributes.ignore("saturate") }
  if node.opset >= 24 { node.attributes.ignore("round_mode") }
  let number = try node.attributes.required("to", try node.attributes.integer("to"))
  node.emit(Cast(to: try ElementType(onnx: number)))
}
