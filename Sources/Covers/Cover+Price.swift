extension Cover {
  /// What dropping the dropped weights costs: λ · Σ s.
  ///
  /// - Precondition: `prices` has an importance for each weight of the filter matrix.
  package func price(_ prices: DropPrices) -> Double {
    dropped.reduce(0) { $0 + prices.lambda * Double(prices.importance[$1]) }
  }

  /// What filled slots may win back: λ · Σ g, but for each tap of a segment of V rows at most c_V.
  ///
  /// - Precondition: `prices` has a gain for each entry of the filter matrix, or none.
  package func credit(_ prices: DropPrices, costs: CoverCosts) -> Double {
    guard let gains = prices.slotGains else { return 0 }
    var total = 0.0
    for segment in segments {
      guard let perTap = costs.entry(height: segment.height)?.perTap else { continue }
      for (t, tap) in segment.taps.enumerated() {
        var credit = 0.0
        for r in 0..<segment.height where segment.weights[t * segment.height + r] == 0 {
          let entry = order[segment.firstRow + r] * taps + Int(tap)
          credit += prices.lambda * Double(gains[entry])
        }
        total += min(credit, perTap)
      }
    }
    return total
  }

  /// The time that the cover takes, and the price of what it drops, less what its filled slots may
  /// win back: what a search makes least.
  ///
  /// Infinite where the time is not known.
  ///
  /// - Parameter costs: those that the cover was made for.
  /// - Complexity: O(slots) where there are gains.
  package func cost(_ prices: DropPrices?, costs: CoverCosts) -> Double {
    guard let time = predictedCost else { return .infinity }
    return time + (prices.map { price($0) - credit($0, costs: costs) } ?? 0)
  }
}
