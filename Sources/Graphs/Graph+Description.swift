internal import Tensors

extension Graph: CustomStringConvertible {
  /// The graph as text, one line a node; stable, so that tests compare it.
  ///
  ///     graph "net" (x: float32[1×3×8×8])
  ///       y: float32[1×4×8×8] = Conv(x, w: float32[4×3×3×3], b: float32[4]) {pads 1 1 1 1}
  ///       return y
  ///
  /// Values that are known at compile time show their types where they are read; `_` is a missing
  /// optional input; attributes show where they differ from the default.
  package var description: String {
    let parameters = inputs.map { typed($0) }.joined(separator: ", ")
    var lines = ["graph \"\(name)\" (\(parameters))"]
    for node in nodes {
      let outputs = node.outputs.map { typed($0) }.joined(separator: ", ")
      let inputs = node.inputs.map { $0.map { read($0) } ?? "_" }.joined(separator: ", ")
      let attributes = AttributeList(node.op).items
      let suffix = attributes.isEmpty ? "" : " {\(attributes.joined(separator: ", "))}"
      lines.append("  \(outputs) = \(node.op.name)(\(inputs))\(suffix)")
    }
    lines.append("  return \(outputs.map { read($0) }.joined(separator: ", "))")
    return lines.joined(separator: "\n")
  }

  private func typed(_ id: ValueID) -> String { "\(self[id].name): \(self[id].type)" }

  private func read(_ id: ValueID) -> String {
    self[id].constant == nil ? self[id].name : typed(id)
  }
}

extension Activation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .identity: "identity"
    case .relu: "relu"
    case .leakyRelu(let slope): "leakyRelu(\(slope))"
    case .clip(let lower, let upper): "clip(\(lower), \(upper))"
    case .sigmoid: "sigmoid"
    case .hardSigmoid(let alpha, let beta): "hardSigmoid(\(alpha), \(beta))"
    case .hardSwish: "hardSwish"
    case .silu: "silu"
    case .swish(let alpha): "swish(\(alpha))"
    case .tanh: "tanh"
    case .elu(let alpha): "elu(\(alpha))"
    case .selu(let alpha, let gamma): "selu(\(alpha), \(gamma))"
    case .celu(let alpha): "celu(\(alpha))"
    case .softplus: "softplus"
    case .softsign: "softsign"
    case .gelu(let approximates): approximates ? "gelu(tanh)" : "gelu"
    case .mish: "mish"
    case .thresholdedRelu(let alpha): "thresholdedRelu(\(alpha))"
    }
  }
}

/// The attributes of an operator that differ from their defaults, each as `name value`.
private struct AttributeList {
  private(set) var items: [String] = []

  init(_ op: any Operator) {
    switch op {
    case let op as Conv:
      addWindow(op.kernel, op.strides, op.dilations, op.padding)
      add("groups", op.groups, default: 1)
      addFlag("residual", op.addsResidual)
      add(op.activation)
    case let op as ConvTranspose:
      addWindow(op.kernel, op.strides, op.dilations, op.padding)
      add("outputPadding", op.outputPadding, fill: 0)
      if let shape = op.outputShape { add("outputShape", shape) }
      add("groups", op.groups, default: 1)
      add(op.activation)
    case let op as MaxPool:
      add(op.window)
      if let order = op.indices { add("indices", order.rawValue) }
    case let op as AveragePool:
      add(op.window)
      addFlag("countsPadding", op.countsPadding)
    case let op as LpPool:
      add(op.window)
      add("exponent", op.exponent, default: 2)
    case let op as Reduce:
      addFlag("dropsDimensions", !op.keepsDimensions)
      addFlag("ignoresEmptyAxes", op.ignoresEmptyAxes)
    case let op as Gemm:
      add("alpha", op.alpha, default: 1)
      add("beta", op.beta, default: 1)
      addFlag("transposesA", op.transposesA)
      addFlag("transposesB", op.transposesB)
      add(op.activation)
    case let op as Binary: add(op.activation)
    case let op as Unary:
      addAttributes(of: op.function)
    default: addRest(of: op)
    }
  }

  private mutating func addRest(of op: any Operator) {
    switch op {
    case let op as BatchNormalization: add("epsilon", op.epsilon)
    case let op as GlobalLpPool: add("exponent", op.exponent, default: 2)
    case let op as MaxUnpool: addWindow(op.kernel, op.strides, [], op.padding)
    case let op as InstanceNormalization: add("epsilon", op.epsilon)
    case let op as GroupNormalization:
      add("groups", op.groups)
      add("epsilon", op.epsilon)
      addFlag("scalesGroups", op.scalesGroups)
    case let op as LayerNormalization:
      add("axis", op.axis)
      add("epsilon", op.epsilon)
      if let element = op.statistics { add("statistics", element.rawValue) }
    case let op as RMSNormalization:
      add("axis", op.axis)
      add("epsilon", op.epsilon)
    case let op as MeanVarianceNormalization: add("axes", op.axes)
    case let op as LpNormalization:
      add("axis", op.axis)
      add("exponent", op.exponent, default: 2)
    case let op as ArgReduce:
      add("axis", op.axis)
      addFlag("dropsDimensions", !op.keepsDimensions)
      addFlag("selectsLast", op.selectsLast)
    case let op as TopK:
      add("axis", op.axis)
      addFlag("takesSmallest", !op.takesLargest)
    case let op as Cumulate:
      addFlag("isExclusive", op.isExclusive)
      addFlag("isReversed", op.isReversed)
    case let op as LRN:
      add("size", op.size)
      add("alpha", op.alpha, default: 1e-4)
      add("beta", op.beta, default: 0.75)
      add("bias", op.bias, default: 1)
    case let op as Softmax:
      add("axis", op.axis)
      addFlag("flattens", op.flattens)
    case let op as Cast: add("to", op.target.rawValue)
    case let op as Mod: addFlag("fmod", op.followsDividend)
    case let op as BitShift: items.append(op.direction.rawValue)
    case let op as IsInf:
      addFlag("positiveOnly", !op.detectsNegative)
      addFlag("negativeOnly", !op.detectsPositive)
    case let op as Concat: add("axis", op.axis)
    case let op as Split: add("axis", op.axis)
    case let op as Gather: add("axis", op.axis)
    case let op as Flatten: add("axis", op.axis)
    case let op as Transpose: add("permutation", op.permutation)
    case let op as Reshape: addFlag("allowsZero", op.allowsZero)
    case let op as Pad: add("mode", op.mode.rawValue, default: Pad.Mode.constant.rawValue)
    case let op as Resize:
      add("mode", op.mode.rawValue)
      add("coordinates", op.coordinates.rawValue)
      if op.mode == .nearest { add("rounding", op.rounding.rawValue) }
      if op.mode == .cubic { add("coefficient", op.cubicCoefficient) }
      addFlag("excludesOutside", op.excludesOutside)
      if let axes = op.axes { add("axes", axes) }
    case let op as ShapeOf:
      add("start", op.start, default: 0)
      if let end = op.end { add("end", end) }
    case let op as ConstantOfShape:
      add("value", op.value.doubles().map { "\($0)" }.joined(separator: " "))
    case let op as DepthToSpace:
      add("blockSize", op.blockSize)
      add("mode", op.mode.rawValue)
    default: break
    }
  }

  private mutating func addAttributes(of function: Unary.Function) {
    switch function {
    case .activation(.leakyRelu(let slope)): add("slope", slope)
    case .activation(.clip(let lower, let upper)):
      add("lower", lower)
      add("upper", upper)
    case .activation(.hardSigmoid(let alpha, let beta)):
      add("alpha", alpha)
      add("beta", beta)
    case .activation(.selu(let alpha, let gamma)):
      add("alpha", alpha)
      add("gamma", gamma)
    case .activation(.swish(let alpha)), .activation(.elu(let alpha)),
      .activation(.celu(let alpha)), .activation(.thresholdedRelu(let alpha)):
      add("alpha", alpha)
    case .activation(.gelu(let approximates)): addFlag("tanh", approximates)
    case .shrink(let lambda, let bias):
      add("lambda", lambda)
      add("bias", bias)
    default: break
    }
  }

  private mutating func add(_ name: String, _ value: some CustomStringConvertible) {
    items.append("\(name) \(value)")
  }

  private mutating func add<T: Equatable & CustomStringConvertible>(
    _ name: String, _ value: T, default usual: T
  ) {
    if value != usual { add(name, value) }
  }

  private mutating func add(_ name: String, _ values: [Int]) {
    if !values.isEmpty { add(name, values.map(String.init).joined(separator: " ")) }
  }

  /// A list whose default is `fill` along every axis.
  private mutating func add(_ name: String, _ values: [Int], fill: Int) {
    if values.contains(where: { $0 != fill }) { add(name, values) }
  }

  private mutating func addFlag(_ name: String, _ value: Bool) {
    if value { items.append(name) }
  }

  private mutating func add(_ activation: Activation) {
    if activation != .identity { items.append("\(activation)") }
  }

  private mutating func add(_ window: PoolingWindow) {
    addWindow(window.kernel, window.strides, window.dilations, window.padding)
    addFlag("roundsUp", window.roundsUp)
  }

  private mutating func addWindow(
    _ kernel: [Int], _ strides: [Int], _ dilations: [Int], _ padding: Padding
  ) {
    add("kernel", kernel)
    add("strides", strides, fill: 1)
    add("dilations", dilations, fill: 1)
    switch padding {
    case .explicit(let begin, let end): add("pads", begin + end, fill: 0)
    case .sameUpper: items.append("sameUpper")
    case .sameLower: items.append("sameLower")
    case .valid: break
    }
  }
}
