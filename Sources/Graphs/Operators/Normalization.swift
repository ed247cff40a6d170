/// Y = (X − mean) / √(variance + epsilon) · scale + bias per channel, with fixed statistics.
///
/// Inputs: X [N, C, …], scale [C], bias [C], mean [C], variance [C].
package struct BatchNormalization: Operator, Hashable {
  package var epsilon: Float
  package var name: String { "BatchNormalization" }
  package init(epsilon: Float = 1e-5) { self.epsilon = epsilon }
}

/// Local response normalization across channels:
/// Y = X / (bias + alpha / size · Σ X²)^beta, the sum over `size` neighbouring channels.
package struct LRN: Operator, Hashable {
  package var size: Int
  package var alpha: Float
  package var beta: Float
  package var bias: Float
  package var name: String { "LRN" }

  package init(size: Int, alpha: Float = 1e-4, beta: Float = 0.75, bias: Float = 1) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }
}

/// e^x normalized to sum 1 along an axis, its logarithm, or its limit for large differences.
package struct Softmax: Operator, Hashable {
  package enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case probability = "Softmax"
    case logarithm = "LogSoftmax"
    /// 1 at the first greatest element, 0 elsewhere.
    case hard = "Hardmax"
  }
  package var kind: Kind
  package var axis: Int
  /// Before opset 13 all axes from `axis` on are normalized together.
  package var flattens: Bool
  package var name: String { kind.rawValue }

  package init(_ kind: Kind = .probability, axis: Int = -1, flattens: Bool = false) {
    self.kind = kind
    self.axis = axis
    self.flattens = flattens
  }
}
