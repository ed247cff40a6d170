/// The window of a pooling operator; empty strides and dilations mean 1 along every axis.
package struct PoolingWindow: Hashable, Sendable, Codable {
  package var kernel: [Int]
  package var strides: [Int]
  package var dilations: [Int]
  package var padding: Padding
  /// Rounds output extents up; windows that would start in the end padding are dropped.
  package var roundsUp: Bool

  package init(
    kernel: [Int], strides: [Int] = [], dilations: [Int] = [], padding: Padding = .valid,
    roundsUp: Bool = false
  ) {
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.padding = padding
    self.roundsUp = roundsUp
  }
}

/// The maximum over a window; padding never wins. Inputs: X [N, C, spatial…].
///
/// Outputs: Y, and, where `indices` says how they count, the int64 position of each maximum in X,
/// the first one of equals.
package struct MaxPool: Operator, Hashable {
  /// How positions in a tensor [N, C, spatial…] are counted.
  package enum IndexOrder: String, Hashable, Sendable, Codable {
    /// The last axis runs fastest.
    case rowMajor
    /// The first spatial axis runs fastest; images and channels count as in row-major order.
    case columnMajor
  }
  package var window: PoolingWindow
  package var indices: IndexOrder?
  package var name: String { "MaxPool" }

  package init(_ window: PoolingWindow, indices: IndexOrder? = nil) {
    self.window = window
    self.indices = indices
  }
}

/// Puts elements where a `MaxPool` took them from, zeros elsewhere.
///
/// Inputs: X [N, C, spatial…], I (int64, X's shape: row-major positions in the output),
/// output_shape (optional).
package struct MaxUnpool: Operator, Hashable {
  package var kernel: [Int]
  package var strides: [Int]
  package var padding: Padding
  package var name: String { "MaxUnpool" }

  package init(kernel: [Int], strides: [Int] = [], padding: Padding = .valid) {
    self.kernel = kernel
    self.strides = strides
    self.padding = padding
  }
}

/// The mean over a window. Inputs: X [N, C, spatial…].
package struct AveragePool: Operator, Hashable {
  package var window: PoolingWindow
  /// Whether padding counts in the divisor (`count_include_pad`).
  package var countsPadding: Bool
  package var name: String { "AveragePool" }

  package init(_ window: PoolingWindow, countsPadding: Bool = false) {
    self.window = window
    self.countsPadding = countsPadding
  }
}

/// (Σ |x|^exponent)^(1 / exponent) over a window. Inputs: X [N, C, spatial…].
package struct LpPool: Operator, Hashable {
  package var window: PoolingWindow
  package var exponent: Int
  package var name: String { "LpPool" }

  package init(_ window: PoolingWindow, exponent: Int = 2) {
    self.window = window
    self.exponent = exponent
  }
}

/// The mean over all spatial axes, which stay with extent 1. Inputs: X [N, C, spatial…].
package struct GlobalAveragePool: Operator, Hashable {
  package var name: String { "GlobalAveragePool" }
  package init() {}
}

/// The maximum over all spatial axes, which stay with extent 1. Inputs: X [N, C, spatial…].
package struct GlobalMaxPool: Operator, Hashable {
  package var name: String { "GlobalMaxPool" }
  package init() {}
}

/// (Σ |x|^exponent)^(1 / exponent) over all spatial axes, which stay with extent 1.
///
/// Inputs: X [N, C, spatial…].
package struct GlobalLpPool: Operator, Hashable {
  package var exponent: Int
  package var name: String { "GlobalLpPool" }
  package init(exponent: Int = 2) { self.exponent = exponent }
}
