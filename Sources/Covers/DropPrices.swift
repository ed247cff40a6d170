/// What dropping weights costs, so that time can be weighed against it.
///
/// A weight (i, j) may be dropped at a price of λ · s[i,j], in the unit of ``CoverCosts``.
package struct DropPrices: Hashable, Sendable {
  /// λ, the time that one unit of importance is worth.
  package let lambda: Double
  /// s, the importance of each weight, row-major as the filter matrix.
  package let importance: [Float]

  /// - Precondition: `lambda` is finite, and neither it nor an importance is negative or NaN.
  package init(lambda: Double, importance: [Float]) {
    precondition(lambda >= 0 && lambda.isFinite, "drop price \(lambda)")
    precondition(importance.allSatisfy { $0 >= 0 && $0.isFinite }, "importance below zero")
    self.lambda = lambda
    self.importance = importance
  }
}
