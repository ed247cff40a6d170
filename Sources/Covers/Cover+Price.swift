extension Cover {
  /// What dropping the dropped weights costs: λ · Σ s.
  ///
  /// - Precondition: `prices` has an importance for each weight of the filter matrix.
  package func price(_ prices: DropPrices) -> Double {
    dropped.reduce(0) { $0 + prices.lambda * Double(prices.importance[$1]) }
  }

  /// The time that the cover takes, and the price of what it drops: what a search makes least.
  ///
  /// Infinite where the time is not known.
  package func cost(_ prices: DropPrices?) -> Double {
    (predictedCost ?? .infinity) + (prices.map { price($0) } ?? 0)
  }
}
