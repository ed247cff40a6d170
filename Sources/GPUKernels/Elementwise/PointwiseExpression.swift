/// A function of one element of each input, as ONNX's pointwise operators compose it.
///
/// A value, so that expressions can be compared, printed and looked up; equal subexpressions are computed once.
/// Truth is a number: comparisons give 1 or 0, and a condition holds where it is not 0.
package indirect enum PointwiseExpression: Hashable, Sendable {
  case input(Int)
  case constant(PointwiseConstant)
  case unary(PointwiseUnary, PointwiseExpression)
  case binary(PointwiseBinary, PointwiseExpression, PointwiseExpression)
  /// The second where the first is not 0, else the third.
  case `where`(PointwiseExpression, PointwiseExpression, PointwiseExpression)
}

/// A function of one number; NaN stays NaN.
package enum PointwiseUnary: Hashable, Sendable {
  case negate, absolute, sign, squareRoot, reciprocal
  case floor, ceil
  /// To the nearest whole number, ties to even.
  case round
  case exp, log, erf, tanh
  /// 1 / (1 + e^−x)
  case sigmoid
  /// log(1 + e^x)
  case softplus
  /// max(x, 0)
  case relu
  /// x where x ≥ 0, slope · x elsewhere
  case leakyRelu(slope: PointwiseConstant)
  /// min(max(x, lower), upper)
  case clip(lower: PointwiseConstant, upper: PointwiseConstant)
  /// max(0, min(1, alpha · x + beta)), the product and sum rounded once
  case hardSigmoid(alpha: PointwiseConstant, beta: PointwiseConstant)
  /// x · max(0, min(1, x / 6 + 1/2))
  case hardSwish
  /// x where x ≥ 0, alpha · (e^x − 1) elsewhere
  case elu(alpha: PointwiseConstant)
  /// x · Φ(x), or its approximation by the hyperbolic tangent
  case gelu(approximates: Bool)
  /// x · sigmoid(x)
  case silu
  /// x · tanh(softplus(x))
  case mish
  /// x to a power
  case power(PointwiseConstant)
}

/// A function of two numbers.
package enum PointwiseBinary: String, CaseIterable, Hashable, Sendable {
  case add, subtract, multiply, divide
  /// NaN where an operand is.
  case minimum, maximum
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

extension PointwiseExpression {
  /// One more than the greatest input's number.
  package var inputCount: Int {
    switch self {
    case .input(let index): index + 1
    case .constant: 0
    case .unary(_, let x): x.inputCount
    case .binary(_, let a, let b): max(a.inputCount, b.inputCount)
    case .where(let condition, let a, let b):
      max(condition.inputCount, a.inputCount, b.inputCount)
    }
  }

  package static func + (left: Self, right: Self) -> Self { .binary(.add, left, right) }
  package static func - (left: Self, right: Self) -> Self { .binary(.subtract, left, right) }
  package static func * (left: Self, right: Self) -> Self { .binary(.multiply, left, right) }
  package static func / (left: Self, right: Self) -> Self { .binary(.divide, left, right) }
}

/// As `relu(add(x0, 1.0))`; constants are exact.
extension PointwiseExpression: CustomStringConvertible {
  package var description: String {
    switch self {
    case .input(let index): "x\(index)"
    case .constant(let value): "\(value)"
    case .unary(let function, let x): "\(function)(\(x))"
    case .binary(let function, let a, let b): "\(function.rawValue)(\(a), \(b))"
    case .where(let condition, let a, let b): "where(\(condition), \(a), \(b))"
    }
  }
}
