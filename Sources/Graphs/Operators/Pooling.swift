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
package struct MaxPool: Operator, Hashable {
  package var window: PoolingWindow
  package var name: String { "MaxPool" }
  package init(_ window: PoolingWindow) { self.window = window }
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

/// Reduces axes. Inputs: X, axes (optional int64; none means all).
package struct Reduce: Operator, Hashable {
  package enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case mean = "ReduceMean"
    case sum = "ReduceSum"
    case max = "ReduceMax"
    case min = "ReduceMin"
    case product = "ReduceProd"
  }
  package var kind: Kind
  package var keepsDimensions: Bool
  /// With missing or empty axes: return the input instead of reducing everything.
  package var ignoresEmptyAxes: Bool
  package var name: String { kind.rawValue }

  package init(_ kind: Kind, keepsDimensions: Bool = true, ignoresEmptyAxes: Bool = false) {
    self.kind = kind
    self.keepsDimensions = keepsDimensions
    self.ignoresEmptyAxes = ignoresEmptyAxes
  }
}
