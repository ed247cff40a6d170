package import Tensors

/// Y = (X − mean) / √(variance + epsilon) · scale + bias, with the statistics of each image's
/// channel.
///
/// Inputs: input [N, C, spatial…], scale [C], B [C].
package struct InstanceNormalization: Operator, Hashable {
  package var epsilon: Float
  package var name: String { "InstanceNormalization" }
  package init(epsilon: Float = 1e-5) { self.epsilon = epsilon }
}

/// Y = (X − mean) / √(variance + epsilon) · scale + bias, with the statistics of each image's group
/// of neighbouring channels.
///
/// Inputs: X [N, C, …], scale [C], bias [C].
package struct GroupNormalization: Operator, Hashable {
  package var groups: Int
  package var epsilon: Float
  /// Before opset 21 there is one scale and one bias for each group.
  package var scalesGroups: Bool
  package var name: String { "GroupNormalization" }

  package init(groups: Int, epsilon: Float = 1e-5, scalesGroups: Bool = false) {
    self.groups = groups
    self.epsilon = epsilon
    self.scalesGroups = scalesGroups
  }
}

/// Y = (X − mean) / √(variance + epsilon) · Scale + B, with statistics over the axes from `axis` on.
///
/// Inputs: X, Scale and B (optional), which broadcast to X. Outputs: Y, and, where `statistics` is
/// their element type, Mean and InvStdDev = 1 / √(variance + epsilon).
package struct LayerNormalization: Operator, Hashable {
  package var axis: Int
  package var epsilon: Float
  package var statistics: ElementType?
  package var name: String { "LayerNormalization" }

  package init(axis: Int = -1, epsilon: Float = 1e-5, statistics: ElementType? = nil) {
    self.axis = axis
    self.epsilon = epsilon
    self.statistics = statistics
  }
}

/// Y = X / √(mean of X² + epsilon) · scale, the mean over the axes from `axis` on.
///
/// Inputs: X, scale, which broadcasts to X. Y has the scale's element type.
package struct RMSNormalization: Operator, Hashable {
  package var axis: Int
  package var epsilon: Float
  package var name: String { "RMSNormalization" }

  package init(axis: Int = -1, epsilon: Float = 1e-5) {
    self.axis = axis
    self.epsilon = epsilon
  }
}

/// Y = (X − mean) / (√variance + 1e-9), with statistics over some axes. Inputs: X.
package struct MeanVarianceNormalization: Operator, Hashable {
  package var axes: [Int]
  package var name: String { "MeanVarianceNormalization" }

  /// What ONNX adds to the standard deviation.
  package static let epsilon: Float = 1e-9

  package init(axes: [Int] = [0, 2, 3]) { self.axes = axes }
}

/// Y = X / (Σ |X|^exponent)^(1 / exponent), the sum along an axis; 0 where the sum is. Inputs: input.
package struct LpNormalization: Operator, Hashable {
  package var axis: Int
  /// 1 or 2.
  package var exponent: Int
  package var name: String { "LpNormalization" }

  package init(axis: Int = -1, exponent: Int = 2) {
    self.axis = axis
    self.exponent = exponent
  }
}
