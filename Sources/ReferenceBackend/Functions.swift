internal import Graphs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Unary.Function {
  /// The function in double precision.
  func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .activation(let activation): activation(x)
    case .absolute: x.magnitude
    case .ceil: x.rounded(.up)
    case .erf: x.errorFunction
    case .exp: x.exponential
    case .floor: x.rounded(.down)
    case .log: x.logarithm
    case .negate: -x
    case .reciprocal: 1 / x
    case .round: x.rounded(.toNearestOrEven)
    case .shrink(let lambda, let bias):
      x < -Double(lambda) ? x + Double(bias) : x > Double(lambda) ? x - Double(bias) : 0
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .squareRoot: x.squareRoot()
    case .trigonometric(let function): apply(function, x)
    }
  }
}

private func apply(_ function: Unary.Trigonometric, _ x: Double) -> Double {
  switch function {
  case .sin: sin(x)
  case .cos: cos(x)
  case .tan: tan(x)
  case .asin: asin(x)
  case .acos: acos(x)
  case .atan: atan(x)
  case .sinh: sinh(x)
  case .cosh: cosh(x)
  case .asinh: asinh(x)
  case .acosh: acosh(x)
  case .atanh: atanh(x)
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
  var errorFunction: Double { erf(self) }
  var exponential: Double { exp(self) }
  var logarithm: Double { log(self) }
  func power(_ exponent: Double) -> Double { pow(self, exponent) }
}
