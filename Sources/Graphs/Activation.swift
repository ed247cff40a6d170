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
  /// The hyperbolic tangent.
  case tanh
}
