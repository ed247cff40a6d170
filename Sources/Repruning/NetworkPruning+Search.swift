package import Tensors

extension NetworkPruning {
  /// What a search found.
  package struct Found: Sendable {
    /// The best plan that meets the budget; where none does, the one that misses it by the least.
    package let plan: NetworkPlan
    package let isMet: Bool
    /// The plans that were measured.
    package let measurementCount: Int
  }

  /// The plan of the least loss that was found to be so many times as fast as the network as it is.
  package func plan(speedup: Double) -> Found {
    precondition(speedup > 0, "a speed-up of \(speedup)")
    return plan(time: unchanged.time / speedup)
  }

  /// The plan of the least loss that was found to take at most a time.
  ///
  /// Between two λ the plans of single layers that are best at none fill the gap: λ falls until the time is
  /// met, or just not, and one layer then makes up for what is missing. At last layers lose less again for as
  /// long as the time allows.
  package func plan(time: Double) -> Found {
    let met = (0...changes.count).first { plan(changeCount: $0).time <= time }
    guard let met else {
      return Found(plan: plan(changeCount: changes.count), isMet: false, measurementCount: 0)
    }
    var mixtures = [mixture(changeCount: met)]
    if met > 0, let mixture = mixture(changeCount: met - 1).sped(to: time) {
      mixtures.append(mixture)
    }
    let plans = mixtures.map {
      plan($0.losingLess(within: time).choices, lambda: lambda(changeCount: met))
    }.filter { $0.time <= time }
    // Rounding may take a mixture just over the time.
    let best = plans.min { ($0.loss, $0.time) < ($1.loss, $1.time) } ?? plan(changeCount: met)
    return Found(plan: best, isMet: true, measurementCount: 0)
  }

  /// The fastest plan that was found to lose at most `loss`.
  ///
  /// As for a time: λ falls until the loss is just met, or just not, and one layer then makes up for what is
  /// too much. At last layers take less time for as long as the loss allows.
  package func plan(loss: Double) -> Found {
    let met = (0...changes.count).last { plan(changeCount: $0).loss <= loss }
    guard let met else {
      return Found(plan: plan(changeCount: 0), isMet: false, measurementCount: 0)
    }
    var mixtures = [mixture(changeCount: met)]
    if met < changes.count, let mixture = mixture(changeCount: met + 1).spared(to: loss) {
      mixtures.append(mixture)
    }
    let plans = mixtures.map {
      plan($0.takingLess(within: loss).choices, lambda: lambda(changeCount: met))
    }.filter { $0.loss <= loss }
    let best = plans.min { ($0.time, $0.loss) < ($1.time, $1.loss) } ?? plan(changeCount: met)
    return Found(plan: best, isMet: true, measurementCount: 0)
  }

  /// The fastest plan that is accepted, if plans of greater λ are wherever those of smaller λ are.
  ///
  /// Bisects the λ at which anything changes. The network as it is is measured where no other is accepted.
  ///
  /// - Parameter isAccepted: measures a plan, and is called at most `maximumMeasurements` times.
  /// - Throws: what `isAccepted` throws.
  package func plan(
    where isAccepted: (NetworkPlan) throws(HewnError) -> Bool
  ) throws(HewnError) -> Found {
    var (accepted, refused) = (-1, changes.count + 1)
    var measurementCount = 0
    var best: NetworkPlan?
    while refused - accepted > 1, measurementCount + 1 < options.maximumMeasurements {
      let middle = (accepted + refused) / 2
      let plan = plan(changeCount: middle)
      measurementCount += 1
      if try isAccepted(plan) {
        accepted = middle
        best = plan
      } else {
        refused = middle
      }
    }
    if let best { return Found(plan: best, isMet: true, measurementCount: measurementCount) }
    return Found(
      plan: unchanged, isMet: try isAccepted(unchanged), measurementCount: measurementCount + 1)
  }

  /// Plans from λ = ∞ to λ = 0, in about equal steps of predicted time.
  ///
  /// The first is the one of the least loss: the network as it is, where none of its weights can be dropped, or
  /// refitted to changed inputs, for nothing.
  ///
  /// - Parameter count: the plans wanted, at least 2; fewer where λ changes less.
  /// - Returns: plans by descending time and ascending loss.
  package func frontier(count: Int) -> [NetworkPlan] {
    precondition(count >= 2, "a frontier of \(count) plans")
    let plans = (0...changes.count).map { plan(changeCount: $0) }
    let (slowest, fastest) = (plans[0].time, plans[changes.count].time)
    var chosen: [Int] = []
    for step in 0..<count {
      let time = slowest + (fastest - slowest) * Double(step) / Double(count - 1)
      let nearest = plans.indices.min { abs(plans[$0].time - time) < abs(plans[$1].time - time) }
      if let nearest, nearest != chosen.last { chosen.append(nearest) }
    }
    return chosen.map { plans[$0] }
  }

  private func mixture(changeCount: Int) -> PlanMixture {
    PlanMixture(
      choices: choices(changeCount: changeCount), frontiers: frontiers, otherTime: otherTime)
  }
}
