#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Activation {
  /// The function's value at `x`, in double precision; what kernels are compared with.
  package func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .identity: x
    // Written so that a NaN stays one.
    case .relu: x < 0 ? 0 : x
    case .leakyRelu(let slope): x < 0 ? Double(slope) * x : x
    case .clip(let lower, let upper): Self.clip(x, Double(lower), Double(upper))
    case .sigmoid: 1 / (1 + exp(-x))
    case .hardSigmoid(let alpha, let beta): Self.clip(Double(alpha) * x + Double(beta), 0, 1)
    case .hardSwish: x * Self.clip(x / 6 + 0.5, 0, 1)
    case .silu: x / (1 + exp(-x))
    case .swish(let alpha): x / (1 + exp(-Double(alpha) * x))
    case .tanh: hyperbolicTangent(x)
    case .elu(let alpha): x < 0 ? Double(alpha) * expm1(x) : x
    case .selu(let alpha, let gamma):
      Double(gamma) * (x < 0 ? Double(alpha) * expm1(x) : x)
    case .celu(let alpha): x < 0 ? Double(alpha) * expm1(x / Double(alpha)) : x
    case .softplus: Self.softplus(x)
    case .softsign: x / (1 + x.magnitude)
    case .gelu(approximates: false): x * 0.5 * erfc(-x * 0.5.squareRoot())
    case .gelu(approximates: true):
      x * 0.5 * (1 + hyperbolicTangent((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .mish: x * hyperbolicTangent(Self.softplus(x))
    case .thresholdedRelu(let alpha): x > Double(alpha) ? x : 0
    }
  }

  /// min(max(x, lower), upper); `upper` wins where the bounds cross, NaN stays.
  private static func clip(_ x: Double, _ lower: Double, _ upper: Double) -> Double {
    let raised = x < lower ? lower : x
    return raised > upper ? upper : raised
  }

  /// log(1 + e^x) without overflow.
  private static func softplus(_ x: Double) -> Double {
    (x > 0 ? x : 0) + log1p(exp(-x.magnitude))
  }
}

/// `tanh`, which the enumeration's case of that name hides.
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
