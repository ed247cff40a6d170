package import Tensors

/// What a layer may become, from what it is to all dropped that can be.
///
/// Importances do not add up, so that a round may lose far more than it was meant to, and be worth less than
/// one at a greater price. So rounds are run at prices all over the range, and all of them are kept that no other
/// one beats in both time and loss. At any λ the layer becomes that of the least time + λ · loss.
///
/// None is slower than the layer dense, or by its exact covers. Where none beats the layer as it is,
/// nothing is dropped; nor where a_l is zero, as no price then tells its plans apart.
package struct LayerFrontier: Sendable {
  /// The prices at which rounds are usually run on a layer: 48, and fewer on one of more than 5 million
  /// weights that are not zero, as each plan takes memory, and each round time, in proportion to them.
  package static func standardPriceCount(weightCount: Int) -> Int {
    min(48, max(8, (1 << 28) / max(1, weightCount)))
  }

  /// The layer as it is.
  package let unchanged: LayerPlan
  /// The plans that no other one beats, by ascending loss and descending time.
  package let plans: [LayerPlan]

  /// - Parameter priceCount: the prices at which rounds are run; nil for as many as is usual.
  /// - Throws: `outOfMemory`.
  /// - Complexity: the time of so many ``LayerRounds``; the memory of the covers of ``plans``.
  package init(
    _ layer: PricedLayer, options: LayerRounds.Options = .init(),
    priceCount: Int? = nil, parts: @escaping PartLoop = runInOrder
  ) throws(HewnError) {
    let priceCount = priceCount ?? Self.standardPriceCount(weightCount: layer.nonZeroCount)
    precondition(priceCount >= 2, "\(priceCount) prices")
    let baseline = try LayerBaseline(layer, options: options, parts: parts)
    let unchanged = LayerPlan(unchanged: layer, baseline)
    var plans = [unchanged]
    if layer.energy > 0, layer.lossPerError > 0 {
      try Self.sweep(layer, baseline, options, priceCount: priceCount, parts) { rounds in
        for round in rounds
        where round.time <= unchanged.time && round.relativeErrors.refitted.isFinite {
          plans.append(LayerPlan(round, of: layer, baseline))
        }
        plans = Self.unbeaten(plans)
      }
    }
    self.unchanged = unchanged
    self.plans = plans
  }

  /// What was found before.
  ///
  /// - Throws: `invalidFile` for plans that are not in order, or none.
  package init(restoring plans: [LayerPlan], unchanged: LayerPlan) throws(HewnError) {
    let isInOrder = zip(plans, plans.dropFirst()).allSatisfy {
      $0.loss < $1.loss && $0.time > $1.time
    }
    guard isInOrder, !plans.isEmpty else {
      throw HewnError(.invalidFile, "plans of a layer that are not in order")
    }
    self.unchanged = unchanged
    self.plans = plans
  }

  /// Runs rounds at prices all over the range, each from the best one of the greater price before it.
  ///
  /// So weights go a few at a time, each time by importances that know of those that are gone.
  private static func sweep(
    _ layer: PricedLayer, _ baseline: LayerBaseline, _ options: LayerRounds.Options,
    priceCount: Int, _ parts: @escaping PartLoop, _ found: ([LayerRounds.Round]) -> Void
  ) throws(HewnError) {
    let schedule = DropSchedule(layer, baseline)
    var last: LayerRounds.Round?
    for index in 0..<priceCount {
      let rounds = try LayerRounds(
        layer, baseline: baseline,
        price: schedule.price(Double(index) / Double(priceCount - 1)), options: options,
        after: last, parts: parts)
      found(rounds.rounds)
      last = rounds.best
    }
  }

  private static func unbeaten(_ plans: [LayerPlan]) -> [LayerPlan] {
    var result: [LayerPlan] = []
    // Sorting is not stable; of equal plans the first was found with less dropped.
    let order = plans.indices.sorted {
      (plans[$0].loss, plans[$0].time, $0) < (plans[$1].loss, plans[$1].time, $1)
    }
    for index in order where plans[index].time < result.last?.time ?? .infinity {
      result.append(plans[index])
    }
    return result
  }

  /// The plans that are best at some λ, if λ trades such costs for loss: the corners of the lower convex hull of
  /// costs over losses, ascending.
  ///
  /// - Parameter costs: one of each plan.
  func corners(costs: [Double]) -> [Int] {
    /// The costs saved for one unit of loss: the λ at which both plans are worth the same.
    func rate(_ plan: Int, _ cheaper: Int) -> Double {
      (costs[plan] - costs[cheaper]) / (plans[cheaper].loss - plans[plan].loss)
    }
    var corners: [Int] = []
    for next in plans.indices where corners.last.map({ costs[next] < costs[$0] }) ?? true {
      while let last = corners.last, corners.count > 1 {
        guard rate(corners[corners.count - 2], last) <= rate(last, next) else { break }
        corners.removeLast()
      }
      corners.append(next)
    }
    return corners
  }
}
