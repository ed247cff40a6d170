package import Tensors

extension NetworkPruning {
  /// What a search found.
  package struct Found: Sendable {
    /// The best plan that meets the budget; where none does, the one that misses it by the least.
    package let plan: NetworkPlan
    package let isMet: Bool
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
      return Found(plan: plan(changeCount: changes.count), isMet: false)
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
    return Found(plan: best, isMet: true)
  }

  /// The plan of the least loss that is measured to be so many times as fast as the network as it is; where
  /// none is, the fastest that was measured.
  ///
  /// Asks for a greater or smaller predicted speed-up until the measured one is met, and not by much more.
  ///
  /// - Parameters:
  ///   - measurementLimit: how often `measure` is called, at most.
  ///   - measure: the speed-up of a plan, above 0.
  /// - Throws: what `measure` throws.
  package func plan<Failure: Error>(
    measuredSpeedup factor: Double, measurementLimit: Int,
    _ measure: (NetworkPlan) throws(Failure) -> Double
  ) throws(Failure) -> NetworkPlan {
    var asked = factor
    var best: (plan: NetworkPlan, reached: Double)?
    for _ in 0..<measurementLimit {
      let found = plan(speedup: asked)
      let reached = try measure(found.plan)
      let isBetter =
        switch (reached >= factor, best.map { $0.reached >= factor }) {
        case (_, nil): true
        case (true, true?): found.plan.loss < best?.plan.loss ?? .infinity
        case (false, false?): reached > best?.reached ?? 0
        case (let isFastEnough, _?): isFastEnough
        }
      if isBetter { best = (found.plan, reached) }
      let isClose = reached >= factor && reached <= Self.speedupSlack * factor
      if isClose || reached <= 0 || (reached < factor && !found.isMet) { break }
      // A little more than is asked for, as times vary from run to run.
      let next = max(1, asked * Self.speedupAim * factor / reached)
      if next == asked { break }
      asked = next
    }
    return best?.plan ?? unchanged
  }

  /// By how much more than was asked for a speed-up is close enough, and by how much more it is aimed at.
  private static let (speedupSlack, speedupAim) = (1.05, 1.02)

  /// The least number of changes for which something is the case, if it is for more wherever it is for fewer;
  /// `nil` where it is for none.
  package func firstChangeCount(where isSo: (_ changeCount: Int) -> Bool) -> Int? {
    var range = 0...changes.count + 1
    while range.lowerBound < range.upperBound {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = isSo(middle) ? range.lowerBound...middle : middle + 1...range.upperBound
    }
    return range.lowerBound > changes.count ? nil : range.lowerBound
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
