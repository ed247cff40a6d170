/// What dropping weights costs and what filling slots wins back, so that time can be weighed against both.
///
/// A weight (i, j) may be dropped at a price of λ · s[i,j], in the unit of ``CoverCosts``. Where a segment
/// has a slot for an entry that is zero, a weight there may win back λ · g[i,j].
package struct DropPrices: Hashable, Sendable {
  /// λ, the time that one unit of importance is worth.
  package let lambda: Double
  /// s, the importance of each weight, row-major as the filter matrix.
  package let importance: [Float]
  /// g, what a weight at each entry that is zero could win back, row-major; nil where slots stay
  /// zero. What it says of entries that are not zero does not count.
  package let slotGains: [Float]?

  /// - Precondition: `lambda` is finite, and neither it nor an importance or a gain is negative or NaN.
  package init(lambda: Double, importance: [Float], slotGains: [Float]? = nil) {
    precondition(lambda >= 0 && lambda.isFinite, "drop price \(lambda)")
    precondition(importance.allSatisfy { $0 >= 0 && $0.isFinite }, "importance below zero")
    if let slotGains {
      precondition(slotGains.count == importance.count, "a gain for each entry")
      precondition(slotGains.allSatisfy { $0 >= 0 && $0.isFinite }, "gain below zero")
    }
    self.lambda = lambda
    self.importance = importance
    self.slotGains = slotGains
  }

  /// The same importances and gains at another λ.
  package func with(lambda: Double) -> DropPrices {
    DropPrices(lambda: lambda, importance: importance, slotGains: slotGains)
  }
}
