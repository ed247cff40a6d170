/// An elementwise function that a kernel can apply before it stores its result.
package enum Activation: Hashable, Sendable, Codable {
  case identity
  /// max(x, 0)
  case relu
  /// x where x ≥ 0, slope · x elsewhere
  case leakyRelu(slope: Float)
  /// min(max(x, lower), upper)
  case clip(lower: Float, upper: Float)
  /// 1 / (1 + e^−x)
  case sigmoid
  /// max(0, min(1, alpha · x + beta))
  case hardSigmoid(alpha: Float, beta: Float)
  /// x · max(0, min(1, x / 6 + 1/2))
  case hardSwish
  /// x · sigmoid(x)
  case silu
  /// x · sigmoid(alpha · x)
  case swish(alpha: Float)
  /// The hyperbolic tangent.
  case tanh
  /// x where x ≥ 0, alpha · (e^x − 1) elsewhere
  case elu(alpha: Float)
  /// gamma · elu(x)
  case selu(alpha: Float, gamma: Float)
  /// x where x ≥ 0, alpha · (e^(x / alpha) − 1) elsewhere
  case celu(alpha: Float)
  /// log(1 + e^x)
  case softplus
  /// x / (1 + |x|)
  case softsign
  /// x · Φ(x), Φ the normal distribution's function or its approximation by the hyperbolic tangent
  case gelu(approximates: Bool)
  /// x · tanh(softplus(x))
  case mish
  /// x where x > alpha, 0 elsewhere
  case thresholdedRelu(alpha: Float)

  /// The operator's name in ONNX.
  package var name: String {
    switch self {
    case .identity: "Identity"
    case .relu: "Relu"
    case .leakyRelu: "LeakyRelu"
    case .clip: "Clip"
    case .sigmoid: "Sigmoid"
    case .hardSigmoid: "HardSigmoid"
    case .hardSwish: "HardSwish"
    case .silu, .swish: "Swish"
    case .tanh: "Tanh"
    case .elu: "Elu"
    case .selu: "Selu"
    case .celu: "Celu"
    case .softplus: "Softplus"
    case .softsign: "Softsign"
    case .gelu: "Gelu"
    case .mish: "Mish"
    case .thresholdedRelu: "ThresholdedRelu"
    }
  }
}
