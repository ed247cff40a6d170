/// Prices at which more and more of a layer's weights are dropped.
///
/// A weight of importance s goes where price · s is less than the time that it takes: that of a leaf at most,
/// and of its share of a full segment's tap at least. So at the step u the price is
///
///     c(u) / s(u)        c from c₁ + rowStartUp down to min(c₁, c_V / V) / 2, s the u-quantile of importances
///
/// From u = 0, where each weight costs more than its time, to u = 1, where all cost less, it falls.
struct DropSchedule {
  /// Ascending, none is zero: as parts of the outputs of the whole layer.
  private let importances: [Double]
  private let greatestTime: Double
  private let leastTime: Double

  init(_ layer: PricedLayer, _ baseline: LayerBaseline) {
    let costs = layer.costs.covers
    greatestTime = costs.leaf + costs.rowStartUp
    // Half of it, because at equal cost weights are kept.
    leastTime = costs.heights.reduce(costs.leaf) { min($0, $1.perTap / Double($1.height)) } / 2
    importances = zip(layer.shares, baseline.importances).flatMap { share, importance in
      importance.values.map { share * Double($0) }.filter { $0 > 0 }
    }.sorted()
  }

  /// The time that losing all of the layer's outputs is worth at a step of 0...1.
  ///
  /// Zero, which drops everything, where weights are worth nothing or take no time.
  func price(_ step: Double) -> Double {
    guard !importances.isEmpty else { return 0 }
    let importance = importances[Int(step * Double(importances.count - 1))]
    let time = greatestTime * (1 - step) + leastTime * step
    return min(time / importance, .greatestFiniteMagnitude)
  }
}
