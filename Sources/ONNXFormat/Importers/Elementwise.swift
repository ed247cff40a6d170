internal import Graphs
internal import Tensors

let elementwiseImporters: [OperatorImporter] =
  activationImporters + functionImporters + trigonometricImporters + binaryImporters
  + variadicImporters + [dropoutImporter]

private let activationImporters: [OperatorImporter] = [
  unary("Relu", .activation(.relu)),
  unary("Sigmoid", .activation(.sigmoid)),
  unary("Tanh", .activation(.tanh)),
  unary("HardSwish", since: 14, .activation(.hardSwish)),
  unary("Softplus", .activation(.softplus)),
  unary("Softsign", .activation(.softsign)),
  unary("Mish", since: 18, .activation(.mish)),
  OperatorImporter("Elu", inputs: 1...1) { node throws(HewnError) in
    node.emit(Unary(.activation(.elu(alpha: try node.attributes.float("alpha") ?? 1))))
  },
  OperatorImporter("Selu", inputs: 1...1) { node throws(HewnError) in
    let alpha = try node.attributes.float("alpha") ?? 1.673_263_2
    let gamma = try node.attributes.float("gamma") ?? 1.050_701
    node.emit(Unary(.activation(.selu(alpha: alpha, gamma: gamma))))
  },
  OperatorImporter("Celu", opsets: 12..., inputs: 1...1) { node throws(HewnError) in
    node.emit(Unary(.activation(.celu(alpha: try node.attributes.float("alpha") ?? 1))))
  },
  OperatorImporter("ThresholdedRelu", opsets: 10..., inputs: 1...1) { node throws(HewnError) in
    node.emit(Unary(.activation(.thresholdedRelu(alpha: try node.attributes.float("alpha") ?? 1))))
  },
  OperatorImporter("Gelu", opsets: 20..., inputs: 1...1, build: gelu),
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
    node.emit(Unary(.activation(alpha == 1 ? .silu : .swish(alpha: alpha))))
  },
  OperatorImporter("PRelu", inputs: 2...2) { node throws(HewnError) in
    // Slopes were one for each channel, or one for all, before they were broadcast.
    guard node.opset < 7 else { return node.emit(PRelu()) }
    node.emit(PRelu(), [node.input(0), node.align(node.input(1), to: node.input(0), from: 1)])
  },
  OperatorImporter("Clip", inputs: 1...3, build: clip),
]

private let functionImporters: [OperatorImporter] = [
  unary("Abs", .absolute), unary("Ceil", .ceil), unary("Erf", since: 9, .erf), unary("Exp", .exp),
  unary("Floor", .floor), unary("Log", .log), unary("Neg", .negate),
  unary("Reciprocal", .reciprocal), unary("Round", since: 11, .round),
  unary("Sign", since: 9, .sign), unary("Sqrt", .squareRoot),
  OperatorImporter("Shrink", opsets: 9..., inputs: 1...1) { node throws(HewnError) in
    let lambda = try node.attributes.float("lambd") ?? 0.5
    node.emit(Unary(.shrink(lambda: lambda, bias: try node.attributes.float("bias") ?? 0)))
  },
  OperatorImporter("Identity", inputs: 1...1) { node throws(HewnError) in node.emit(Identity()) },
  OperatorImporter("Cast", inputs: 1...1, build: cast),
  OperatorImporter("CastLike", opsets: 15..., inputs: 2...2) { node throws(HewnError) in
    ignoreRounding(&node)
    node.emit(CastLike())
  },
]

private let trigonometricImporters = Unary.Trigonometric.allCases.map { function in
  let first =
    switch function {
    case .sin, .cos, .tan, .asin, .acos, .atan: 7
    case .sinh, .cosh, .asinh, .acosh, .atanh: 9
    }
  return unary(function.rawValue, since: first, .trigonometric(function))
}

private let binaryImporters: [OperatorImporter] =
  [Binary.Kind.add, .subtract, .multiply, .divide, .power].map { kind in
    OperatorImporter(kind.rawValue, inputs: 2...2) { node throws(HewnError) in
      node.emit(Binary(kind), try node.broadcastOperands())
    }
  } + [
    OperatorImporter("Mod", opsets: 10..., inputs: 2...2) { node throws(HewnError) in
      node.emit(Mod(followsDividend: try node.attributes.flag("fmod")))
    }
  ]

private let variadicImporters: [OperatorImporter] = [
  variadic("Max", .maximum), variadic("Min", .minimum), variadic("Sum", .add),
  OperatorImporter("Mean", inputs: 1...Int.max) { node throws(HewnError) in
    try checkAllGiven(node)
    node.emit(Mean())
  },
]

private func unary(
  _ type: String, since first: Int = ONNXModel.opsets.lowerBound, _ function: Unary.Function
) -> OperatorImporter {
  OperatorImporter(type, opsets: first..., inputs: 1...1) { node throws(HewnError) in
    node.emit(Unary(function))
  }
}

private func gelu(_ node: inout NodeImport) throws(HewnError) {
  let form = try node.attributes.string("approximate") ?? "none"
  guard form == "none" || form == "tanh" else {
    throw node.unsupported("approximate", form, "ONNX has none and tanh")
  }
  node.emit(Unary(.activation(.gelu(approximates: form == "tanh"))))
}

/// A chain of binary operators, from the left.
private func variadic(_ type: String, _ kind: Binary.Kind) -> OperatorImporter {
  OperatorImporter(type, inputs: 1...Int.max) { node throws(HewnError) in
    try checkAllGiven(node)
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

private func checkAllGiven(_ node: NodeImport) throws(HewnError) {
  guard let missing = node.inputs.firstIndex(of: "") else { return }
  throw HewnError(.invalidFile, "input \(missing) is left out")
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
  ignoreRounding(&node)
  let number = try node.attributes.required("to", try node.attributes.integer("to"))
  node.emit(Cast(to: try ElementType(onnx: number)))
}

/// Takes note of attributes that speak of 8-bit floats, which are no targets here.
private func ignoreRounding(_ node: inout NodeImport) {
  if node.opset >= 19 { node.attributes.ignore("saturate") }
  if node.opset >= 24 { node.attributes.ignore("round_mode") }
}
