import Foundation
import Repruning
import Tensors
import Testing

/// Budgets of networks whose answers are made up.
@Suite struct BudgetSearchTests {
  /// Networks of 0 to 300 changes, whose predicted losses grow from 1e-5 to 3.
  private struct Networks {
    static let changeCount = 300
    /// What is measured of the predicted loss.
    var ratio = 1.0
    /// Points of accuracy for each unit of loss, before chance.
    var perLoss = 50.0
    /// The images that are answered.
    var imageCount: Int?

    static let plans = (0...changeCount).map { count -> (time: Double, loss: Double) in
      let part = Double(count) / Double(changeCount)
      return (100 - 80 * part, count == 0 ? 0 : 1e-5 * pow(3e5, part))
    }

    /// Grows faster than what is predicted, as layers' errors are no longer small.
    func loss(_ changeCount: Int) -> Double {
      let predicted = Self.plans[changeCount].loss
      return ratio * predicted * (1 + predicted)
    }

    /// At most 70 points, and what chance makes of it: of N images about ten times as many change as are lost.
    func drop(_ changeCount: Int, _ random: inout SplitMix64) -> Double {
      let drop = 70 * (1 - exp(-perLoss * loss(changeCount) / 70))
      guard let imageCount else { return drop }
      let deviation = 100 * (10 * drop / 100 / Double(imageCount)).squareRoot()
      // Twelve draws of −1…1 have the variance 4.
      let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double(random.uniform()) }
      return drop + deviation * sum / 2
    }
  }

  private struct Found {
    var changeCount: Int?
    var trialCount = 0
    /// Measured.
    var reached = 0.0
  }

  private func search(
    budget: Double, perLoss: Double, limit: Int = 8,
    _ measure: (Int) -> (loss: Double, reached: Double)
  ) -> Found {
    var search = BudgetSearch(plans: Networks.plans, budget: budget, perLoss: perLoss)
    var (found, seen) = (Found(), Set<Int>())
    while found.trialCount < limit, let next = search.next {
      #expect(seen.insert(next).inserted, "\(next) changes are measured twice")
      found.trialCount += 1
      let (loss, reached) = measure(next)
      let isMet = loss.isFinite && reached <= budget
      search.add(changeCount: next, loss: loss, reached: reached, isMet: isMet)
      guard isMet else { continue }
      #expect(next > found.changeCount ?? -1, "from \(found.changeCount ?? -1) back to \(next)")
      (found.changeCount, found.reached) = (next, reached)
    }
    return found
  }

  /// A budget of the loss itself leaves nothing to chance.
  @Test(arguments: [0.05, 0.2, 1, 1.5, 8]) func errorsAreNearTheBudget(_ ratio: Double) {
    let networks = Networks(ratio: ratio)
    for budget in [1e-4, 1e-3, 0.01, 0.1, 1] {
      let found = search(budget: budget, perLoss: 1) {
        (networks.loss($0), networks.loss($0))
      }
      let best = (0...Networks.changeCount).last { networks.loss($0) <= budget } ?? 0
      let label = "ratio \(ratio), budget \(budget): \(found), best \(best)"
      #expect(found.changeCount.map { $0 <= best && $0 >= best - 3 } == true, "\(label)")
    }
  }

  @Test(arguments: [(0.2, 60.0), (0.6, 45), (0.8, 13), (1.4, 40), (4, 100)])
  func dropsAreNearTheBudget(_ ratio: Double, _ perLoss: Double) {
    let networks = Networks(ratio: ratio, perLoss: perLoss)
    var random = SplitMix64(seed: 1)
    for budget in [0.1, 0.5, 1, 3, 10] {
      let found = search(budget: budget, perLoss: 50) {
        (networks.loss($0), networks.drop($0, &random))
      }
      let best =
        (0...Networks.changeCount).last { networks.drop($0, &random) <= budget } ?? 0
      let label = "ratio \(ratio), \(perLoss) points, budget \(budget): \(found), best \(best)"
      #expect(found.changeCount.map { $0 <= best && $0 >= best - 5 } == true, "\(label)")
    }
  }

  /// Few networks to choose from, whose losses are far apart.
  @Test(arguments: [5.0, 12, 50, 200], [0.2, 1, 3])
  func fewNetworksAreSearchedToTheEnd(_ perLoss: Double, _ ratio: Double) {
    for count in 1...8 {
      let losses = [0] + (0..<count).map { 0.01 * pow(2.5, Double($0)) }
      let plans = losses.enumerated().map { (time: 1 / Double($0 + 1), loss: $1) }
      for budget in [0.05, 0.5, 2] {
        // Of the loss itself, and of points of accuracy.
        for unit in [1, perLoss] {
          var search = BudgetSearch(plans: plans, budget: budget, perLoss: unit == 1 ? 1 : 50)
          var found: Int?
          for _ in 0..<8 {
            guard let next = search.next else { break }
            let loss = ratio * losses[next]
            search.add(
              changeCount: next, loss: loss, reached: unit * loss, isMet: unit * loss <= budget)
            if unit * loss <= budget { found = next }
          }
          let best = losses.lastIndex { unit * ratio * $0 <= budget } ?? 0
          #expect(
            found == best, "\(count) changes, \(unit) for a loss, ratio \(ratio), \(budget)")
        }
      }
    }
  }

  /// Layers that suddenly fail: what is measured jumps from a part of what is predicted to a multiple.
  @Test(arguments: [60, 100, 140, 180]) func jumpsAreFound(_ jump: Int) {
    func loss(_ count: Int) -> Double {
      (count < jump ? 0.3 : 8) * Networks.plans[count].loss
    }
    for budget in [0.001, 0.01, 0.1] {
      let found = search(budget: budget, perLoss: 1) { (loss($0), loss($0)) }
      let best = (0...Networks.changeCount).last { loss($0) <= budget } ?? 0
      let label = "jump at \(jump), budget \(budget): \(found), best \(best)"
      #expect(found.changeCount.map { $0 <= best && $0 >= best - 12 } == true, "\(label)")
    }
  }

  /// Chance decides little of where a search ends.
  @Test(arguments: [750, 2000]) func chanceEvensOut(_ imageCount: Int) {
    let networks = Networks(ratio: 0.4, imageCount: imageCount)
    var exact = networks
    exact.imageCount = nil
    var drops: [Double] = []
    for seed in UInt64(0)..<200 {
      var random = SplitMix64(seed: seed)
      let found = search(budget: 0.5, perLoss: 50) {
        (networks.loss($0), networks.drop($0, &random))
      }
      #expect(found.changeCount == nil || found.reached <= 0.5, "seed \(seed)")
      drops.append(exact.drop(found.changeCount ?? 0, &random))
    }
    let mean = drops.reduce(0, +) / Double(drops.count)
    let worst = drops.sorted()[drops.count * 95 / 100]
    #expect(mean >= 0.4 && mean <= 0.6 && worst <= 1.6, "\(mean), \(worst)")
  }

  @Test func edges() {
    let none = search(budget: 1, perLoss: 50, limit: 20) { _ in (.infinity, .infinity) }
    #expect(none.changeCount == nil, "\(none)")
    // Nothing but the network as it is loses nothing.
    let lossless = search(budget: 0, perLoss: 1) {
      let loss = Networks().loss($0)
      return (loss, loss)
    }
    #expect(lossless.changeCount == 0, "\(lossless)")
    // However much outputs move, answers stay as good, or get better.
    for drop in [0.0, -1] {
      let all = search(budget: 1, perLoss: 50, limit: 16) { (Networks().loss($0), drop) }
      #expect(all.changeCount == Networks.changeCount, "\(drop): \(all)")
    }
    // Networks that are predicted to lose nothing, and do.
    var flat = BudgetSearch(
      plans: (0..<64).map { (time: 64 - Double($0), loss: 0) }, budget: 0, perLoss: 1)
    var found: Int?
    for _ in 0..<8 {
      guard let next = flat.next else { break }
      flat.add(changeCount: next, loss: 1e-9, reached: 1e-9, isMet: next == 0)
      if next == 0 { found = next }
    }
    #expect(found == 0)
    var single = BudgetSearch(plans: [(1, 0)], budget: 1, perLoss: 1)
    #expect(single.next == 0)
    single.add(changeCount: 0, loss: 0, reached: 0, isMet: true)
    #expect(single.next == nil)
  }
}
