internal import Graphs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Activation {
  /// The function in double precision. NaN stays NaN.
  func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .identity: x
    case .relu: x < 0 ? 0 : x
    case .leakyRelu(let slope): x < 0 ? Double(slope) * x : x
    case .clip(let lower, let upper): x.clipped(Double(lower), Double(upper))
    case .sigmoid: 1 / (1 + exp(-x))
    case .hardSigmoid(let alpha, let beta): (Double(alpha) * x + Double(beta)).clipped(0, 1)
    case .hardSwish: x * (x / 6 + 0.5).clipped(0, 1)
    case .silu: x / (1 + exp(-x))
    case .tanh: x.hyperbolicTangent
    }
  }
}

extension Unary.Function {
  /// The function in double precision.
  func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .activation(let activation): activation(x)
    case .absolute: x.magnitude
    case .ceil: x.rounded(.up)
    case .exp: x.exponential
    case .floor: x.rounded(.down)
    case .log: x.logarithm
    case .negate: -x
    case .reciprocal: 1 / x
    case .squareRoot: x.squareRoot()
    }
  }
}

extension Comparable {
  /// min(max(self, lower), upper), as ONNX defines it also where lower > upper. NaN stays NaN.
  func clipped(_ lower: Self, _ upper: Self) -> Self {
    let raised = self < lower ? lower : self
    return raised > upper ? upper : raised
  }
}

// The C library's functions under names that no enumeration case hides.
extension Double {
  var exponential: Double { exp(self) }
  var logarithm: Double { log(self) }
  var hyperbolicTangent: Double { tanh(self) }
  func power(_ exponent: Double) -> Double { pow(self, exponent) }
}
