package import GPUKernels
package import Graphs
package import Tensors

extension Unary: PointwiseOperator {
  package func expression(
    of x: [PointwiseExpression?], for node: GPUNode
  ) -> PointwiseExpression? {
    guard let x = x[0] else { return nil }
    switch function {
    case .activation(let activation): return activation.expression(of: x)
    case .absolute: return .unary(.absolute, x)
    case .ceil: return .unary(.ceil, x)
    case .erf: return .unary(.erf, x)
    case .exp: return .unary(.exp, x)
    case .floor: return .unary(.floor, x)
    case .log: return .unary(.log, x)
    case .negate: return .unary(.negate, x)
    case .reciprocal: return .unary(.reciprocal, x)
    case .round: return .unary(.round, x)
    case .sign: return .unary(.sign, x)
    case .squareRoot: return .unary(.squareRoot, x)
    case .shrink(let lambda, let bias):
      let bias = PointwiseExpression(bias)
      return .where(
        .binary(.less, x, PointwiseExpression(-lambda)), x + bias,
        .where(.binary(.greater, x, PointwiseExpression(lambda)), x - bias, 0))
    case .trigonometric: return nil
    }
  }
}

extension Binary: PointwiseOperator {
  package func expression(
    of x: [PointwiseExpression?], for node: GPUNode
  ) -> PointwiseExpression? {
    guard let a = x[0], let b = x[1] else { return nil }
    let result: PointwiseExpression
    switch kind {
    case .add: result = a + b
    case .subtract: result = a - b
    case .multiply: result = a * b
    case .divide: result = a / b
    case .maximum: result = .binary(.maximum, a, b)
    case .minimum: result = .binary(.minimum, a, b)
    case .power:
      // The only form in which networks raise to powers.
      guard let exponent = node.constant(ofInput: 1), exponent.shape.elementCount == 1 else {
        return nil
      }
      result = .unary(.power(PointwiseConstant(exponent.floats()[0])), a)
    }
    return activation.expression(of: result)
  }
}

extension Clip: PointwiseOperator {
  package func expression(
    of x: [PointwiseExpression?], for node: GPUNode
  ) -> PointwiseExpression? {
    guard let value = x[0], let lower = bound(1, node, -.infinity),
      let upper = bound(2, node, .infinity)
    else { return nil }
    return .unary(.clip(lower: lower, upper: upper), value)
  }

  /// `nil` for a bound that is computed at run time.
  private func bound(_ index: Int, _ node: GPUNode, _ missing: Float) -> PointwiseConstant? {
    guard node.shape(ofInput: index) != nil else { return PointwiseConstant(missing) }
    guard let constant = node.constant(ofInput: index), constant.shape.elementCount == 1 else {
      return nil
    }
    return PointwiseConstant(constant.floats()[0])
  }
}

extension PRelu: PointwiseOperator {
  package func expression(
    of x: [PointwiseExpression?], for node: GPUNode
  ) -> PointwiseExpression? {
    guard let value = x[0], let slope = x[1] else { return nil }
    return .where(.binary(.less, value, 0), slope * value, value)
  }
}

extension Mean: PointwiseOperator {
  package func expression(
    of x: [PointwiseExpression?], for node: GPUNode
  ) -> PointwiseExpression? {
    let inputs = x.compactMap { $0 }
    guard let first = inputs.first, inputs.count == x.count else { return nil }
    return inputs.dropFirst().reduce(first, +) / PointwiseExpression(Float(inputs.count))
  }
}

extension Identity: PointwiseOperator {
  package func expression(
    of x: [PointwiseExpression?], for node: GPUNode
  ) -> PointwiseExpression? { x[0] }
}

extension Cast: PointwiseOperator {
  /// Only float32 to float32 happens at run time.
  package func expression(
    of x: [PointwiseExpression?], for node: GPUNode
  ) -> PointwiseExpression? { x[0] }
}

extension BatchNormalization: PointwiseOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    for index in 1..<node.inputs.count where node.constant(ofInput: index) == nil {
      return "statistics computed at run time"
    }
    return nil
  }

  package func expression(
    of x: [PointwiseExpression?], for node: GPUNode
  ) -> PointwiseExpression? { nil }

  /// Scale and shift by channel, folded in double precision.
  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let parameters = (1...4).map { node.constant(ofInput: $0)?.floats() ?? [] }
    let factors = zip(parameters[0], parameters[3]).map { scale, variance in
      Double(scale) / (Double(variance) + Double(epsilon)).squareRoot()
    }
    let shifts = zip(factors, zip(parameters[1], parameters[2])).map {
      Double($1.0) - Double($1.1) * $0
    }
    let output = node.outputs[0].shape
    let shape = Shape([factors.count] + [Int](repeating: 1, count: max(0, output.rank - 2)))
    var operands: [GPULowering.PointwiseOperand] = []
    guard let input = node.inputs[0] else {
      throw HewnError(.internal, "a normalization of nothing", node: node.label)
    }
    let x = try lowering.pointwiseArgument(0, input, output, &operands)
    operands.append(
      lowering.constant(Tensor(shape, factors.map { Float($0) }), alignedTo: output))
    operands.append(lowering.constant(Tensor(shape, shifts.map { Float($0) }), alignedTo: output))
    let count = operands.count
    return try lowering.finish(x * .input(count - 2) + .input(count - 1), operands)
  }
}

extension PointwiseExpression {
  init(_ constant: Float) { self = .constant(PointwiseConstant(constant)) }
}

extension PointwiseExpression: ExpressibleByIntegerLiteral {
  package init(integerLiteral value: Int) { self.init(Float(value)) }
}

extension Activation {
  /// The function of an expression.
  func expression(of x: PointwiseExpression) -> PointwiseExpression {
    switch self {
    case .identity: return x
    case .relu: return .unary(.relu, x)
    case .leakyRelu(let slope): return .unary(.leakyRelu(slope: PointwiseConstant(slope)), x)
    case .clip(let lower, let upper):
      return .unary(.clip(lower: PointwiseConstant(lower), upper: PointwiseConstant(upper)), x)
    case .sigmoid: return .unary(.sigmoid, x)
    case .hardSigmoid(let alpha, let beta):
      return .unary(
        .hardSigmoid(alpha: PointwiseConstant(alpha), beta: PointwiseConstant(beta)), x)
    case .hardSwish: return .unary(.hardSwish, x)
    case .silu: return .unary(.silu, x)
    case .swish(let alpha): return x * .unary(.sigmoid, PointwiseExpression(alpha) * x)
    case .tanh: return .unary(.tanh, x)
    case .elu(let alpha): return .unary(.elu(alpha: PointwiseConstant(alpha)), x)
    case .selu(let alpha, let gamma):
      return PointwiseExpression(gamma) * .unary(.elu(alpha: PointwiseConstant(alpha)), x)
    case .celu(let alpha):
      return PointwiseExpression(alpha)
        * .unary(.elu(alpha: PointwiseConstant(1)), x / PointwiseExpression(alpha))
    case .softplus: return .unary(.softplus, x)
    case .softsign: return x / (1 + .unary(.absolute, x))
    case .gelu(let approximates): return .unary(.gelu(approximates: approximates), x)
    case .mish: return .unary(.mish, x)
    case .thresholdedRelu(let alpha):
      return .where(.binary(.greater, x, PointwiseExpression(alpha)), x, 0)
    }
  }
}
