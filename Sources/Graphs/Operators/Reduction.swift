/// Reduces axes. Inputs: X, axes (optional int64; none means all).
package struct Reduce: Operator, Hashable {
  package enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case mean = "ReduceMean"
    case sum = "ReduceSum"
    case max = "ReduceMax"
    case min = "ReduceMin"
    case product = "ReduceProd"
    /// Σ |x|
    case l1 = "ReduceL1"
    /// √Σ x²
    case l2 = "ReduceL2"
    /// log Σ x
    case logSum = "ReduceLogSum"
    /// log Σ e^x
    case logSumExp = "ReduceLogSumExp"
    /// Σ x²
    case sumSquare = "ReduceSumSquare"

    /// Whether the reduction of a single element is that element.
    package var keepsSingleElements: Bool {
      switch self {
      case .mean, .sum, .max, .min, .product, .logSumExp: true
      case .l1, .l2, .logSum, .sumSquare: false
      }
    }
  }
  package var kind: Kind
  package var keepsDimensions: Bool
  /// With missing or empty axes: reduce no axis, each element alone, instead of all.
  package var ignoresEmptyAxes: Bool
  package var name: String { kind.rawValue }

  package init(_ kind: Kind, keepsDimensions: Bool = true, ignoresEmptyAxes: Bool = false) {
    self.kind = kind
    self.keepsDimensions = keepsDimensions
    self.ignoresEmptyAxes = ignoresEmptyAxes
  }
}

/// The position (int64) of the greatest or least element along an axis. Inputs: data.
package struct ArgReduce: Operator, Hashable {
  package enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case max = "ArgMax"
    case min = "ArgMin"
  }
  package var kind: Kind
  package var axis: Int
  package var keepsDimensions: Bool
  /// Whether the last of equal elements is taken instead of the first.
  package var selectsLast: Bool
  package var name: String { kind.rawValue }

  package init(
    _ kind: Kind, axis: Int = 0, keepsDimensions: Bool = true, selectsLast: Bool = false
  ) {
    self.kind = kind
    self.axis = axis
    self.keepsDimensions = keepsDimensions
    self.selectsLast = selectsLast
  }
}

/// The K greatest or least elements along an axis in order, and their positions (int64); the lower
/// position first among equals.
///
/// Inputs: X, K (one int64). Outputs: Values, Indices. Where ONNX leaves the order open
/// (`sorted` = 0), it is the same.
package struct TopK: Operator, Hashable {
  package var axis: Int
  /// Whether the greatest elements are taken, in descending order.
  package var takesLargest: Bool
  package var name: String { "TopK" }

  package init(axis: Int = -1, takesLargest: Bool = true) {
    self.axis = axis
    self.takesLargest = takesLargest
  }
}

/// The sums or products of all elements up to each along an axis. Inputs: x, axis (one integer).
package struct Cumulate: Operator, Hashable {
  package enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case sum = "CumSum"
    case product = "CumProd"
  }
  package var kind: Kind
  /// Whether each element itself is left out.
  package var isExclusive: Bool
  /// Whether to begin at the end of the axis.
  package var isReversed: Bool
  package var name: String { kind.rawValue }

  package init(_ kind: Kind, isExclusive: Bool = false, isReversed: Bool = false) {
    self.kind = kind
    self.isExclusive = isExclusive
    self.isReversed = isReversed
  }
}
