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
