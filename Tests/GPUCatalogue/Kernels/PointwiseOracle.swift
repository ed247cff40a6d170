import GPUKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Pointwise expressions in double precision.
extension PointwiseExpression {
  package func evaluate(_ inputs: [Double]) -> Double {
    switch self {
    case .input(let index): inputs[index]
    case .constant(let constant): Double(constant)
    case .unary(let function, let x): function.evaluate(x.evaluate(inputs))
    case .binary(let function, let a, let b):
      function.evaluate(a.evaluate(inputs), b.evaluate(inputs))
    case .where(let condition, let a, let b):
      condition.evaluate(inputs) != 0 ? a.evaluate(inputs) : b.evaluate(inputs)
    }
  }
}

extension PointwiseUnary {
  func evaluate(_ x: Double) -> Double {
    switch self {
    case .negate: -x
    case .absolute: x.magnitude
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .squareRoot: x.squareRoot()
    case .reciprocal: 1 / x
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .round: x.rounded(.toNearestOrEven)
    case .exp: cExp(x)
    case .log: cLog(x)
    case .erf: cErf(x)
    case .tanh: cTanh(x)
    case .sigmoid: logistic(x)
    case .softplus: logOnePlusExp(x)
    case .relu: x > 0 || x.isNaN ? x : 0
    case .leakyRelu(let slope): x < 0 ? x * Double(slope) : x
    case .clip(let lower, let upper): clipped(x, Double(lower), Double(upper))
    case .hardSigmoid(let alpha, let beta): clipped(x * Double(alpha) + Double(beta), 0, 1)
    case .hardSwish: x * clipped(x / 6 + 0.5, 0, 1)
    case .elu(let alpha): x < 0 ? Double(alpha) * cExpMinusOne(x) : x
    // Below −38 the product is no double.
    case .gelu(false): x < -38 ? -0.0 : x * cErrorComplement(-x * 0.5.squareRoot()) / 2
    case .gelu(true):
      x * logistic(2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))
    case .silu: x * logistic(x)
    case .mish: x * cTanh(logOnePlusExp(x))
    case .power(let exponent): cPow(x, Double(exponent))
    }
  }
}

extension BlockActivation {
  /// The activation in double precision.
  package func evaluate(_ x: Double) -> Double {
    switch self {
    case .identity: x
    case .clip(let lower, let upper): clipped(x, Double(lower), Double(upper))
    case .leakyRelu(let slope): x < 0 ? x * Double(slope) : x
    case .silu: PointwiseUnary.silu.evaluate(x)
    case .hardSwish: PointwiseUnary.hardSwish.evaluate(x)
    case .sigmoid: PointwiseUnary.sigmoid.evaluate(x)
    }
  }
}

extension PointwiseBinary {
  func evaluate(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .minimum: a.isNaN || a < b ? a : b
    case .maximum: a.isNaN || a > b ? a : b
    case .equal: a == b ? 1 : 0
    case .notEqual: a != b ? 1 : 0
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .greater: a > b ? 1 : 0
    case .greaterOrEqual: a >= b ? 1 : 0
    }
  }
}

extension Double {
  fileprivate init(_ constant: PointwiseConstant) { self.init(constant.value) }
}

private func logistic(_ x: Double) -> Double {
  x < 0 ? cExp(x) / (1 + cExp(x)) : 1 / (1 + cExp(-x))
}

private func logOnePlusExp(_ x: Double) -> Double {
  (x < 0 ? 0 : x) + cLogOnePlus(cExp(-x.magnitude))
}

private func clipped(_ x: Double, _ lower: Double, _ upper: Double) -> Double {
  x < lower ? lower : x > upper ? upper : x
}

// The C library's functions under names that no case of an enumeration hides.
func cExp(_ x: Double) -> Double { exp(x) }
func cLog(_ x: Double) -> Double { log(x) }
private func cLogOnePlus(_ x: Double) -> Double { log1p(x) }
private func cExpMinusOne(_ x: Double) -> Double { expm1(x) }
private func cErf(_ x: Double) -> Double { erf(x) }
private func cErrorComplement(_ x: Double) -> Double { erfc(x) }
private func cTanh(_ x: Double) -> Double { tanh(x) }
private func cPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
