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
  /// The layer as it is.
  package let unchanged: LayerPlan
  /// The plans that no other one beats, by ascending loss and descending time.
  package let plans: [LayerPlan]
  /// Those of ``plans`` that are best at some λ, ascending.
  package let corners: [Int]

  /// - Parameter priceCount: the prices at which rounds are run, at most.
  /// - Throws: `outOfMemory`.
  /// - Complexity: the time of so many ``LayerRounds``; the memory of the covers of ``plans``.
  package init(
    _ layer: PricedLayer, options: LayerRounds.Options = .init(), priceCount: Int = 12,
    parts: @escaping PartLoop = runInOrder
  ) throws(HewnError) {
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
    corners = Self.corners(plans)
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
    corners = Self.corners(plans)
  }

  /// Runs rounds at prices all over the range.
  ///
  /// Time falls from step to step, so that what is unknown of it between two is at most the difference of their
  /// times over the interval. Where that is most the interval is halved. Rounds go on from the best one of
  /// the greater price.
  private static func sweep(
    _ layer: PricedLayer, _ baseline: LayerBaseline, _ options: LayerRounds.Options,
    priceCount: Int, _ parts: @escaping PartLoop, _ found: ([LayerRounds.Round]) -> Void
  ) throws(HewnError) {
    let schedule = DropSchedule(layer, baseline)
    let slowest = min(layer.costs.denseTime, baseline.exactTime)
    func best(_ step: Double, after earlier: LayerRounds.Round?) throws(HewnError)
      -> LayerRounds.Round
    {
      let rounds = try LayerRounds(
        layer, baseline: baseline, price: schedule.price(step), options: options, after: earlier,
        parts: parts)
      found(rounds.rounds)
      return rounds.best
    }
    let first = try best(0, after: nil)
    var points = [(step: 0.0, best: first), (step: 1.0, best: try best(1, after: first))]
    while points.count < priceCount {
      let gaps = zip(points, points.dropFirst()).map { a, b in
        let (width, saved) = (
          b.step - a.step, min(a.best.time, slowest) - min(b.best.time, slowest)
        )
        return width > schedule.leastStep ? width * abs(saved) : 0
      }
      guard let greatest = gaps.max(), greatest > 0, let gap = gaps.firstIndex(of: greatest) else {
        return
      }
      let middle = (points[gap].step + points[gap + 1].step) / 2
      points.insert((middle, try best(middle, after: points[gap].best)), at: gap + 1)
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

  /// The corners of the lower convex hull of times over losses.
  private static func corners(_ plans: [LayerPlan]) -> [Int] {
    var corners: [Int] = []
    for next in plans.indices {
      while let last = corners.last, corners.count > 1 {
        let before = corners[corners.count - 2]
        let rate = rate(plans[before], plans[last])
        guard rate <= Self.rate(plans[last], plans[next]) else { break }
        corners.removeLast()
      }
      corners.append(next)
    }
    return corners
  }

  /// The time saved for one unit of loss: the λ at which both plans are worth the same.
  static func rate(_ plan: LayerPlan, _ faster: LayerPlan) -> Double {
    (plan.time - faster.time) / (faster.loss - plan.loss)
  }
}
