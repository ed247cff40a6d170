/// A plan of each layer, of which some are best at no λ.
///
/// The best choice for a budget is a knapsack; here layers are changed one at a time while that pays.
struct PlanMixture {
  /// For each layer the index of its plan.
  private(set) var choices: [Int]
  private let frontiers: [LayerFrontier]
  private let otherTime: Double

  init(choices: [Int], frontiers: [LayerFrontier], otherTime: Double) {
    self.choices = choices
    self.frontiers = frontiers
    self.otherTime = otherTime
  }

  private var time: Double {
    zip(frontiers, choices).reduce(otherTime) { $0 + $1.0.plans[$1.1].time }
  }

  /// Changes the one layer that takes the mixture to a time at the least loss; nil where none does.
  func sped(to time: Double) -> PlanMixture? {
    let missing = self.time - time
    return changed { saved, lost in saved >= missing ? -lost : nil }
  }

  /// Changes layers to plans that lose less, those that most loss is saved by first, within a time.
  func losingLess(within time: Double) -> PlanMixture {
    var mixture = self
    while true {
      let slack = time - mixture.time
      let next = mixture.changed { saved, lost in lost < 0 && -saved <= slack ? -lost : nil }
      guard let next else { return mixture }
      mixture = next
    }
  }

  /// Makes the change of one layer that is worth most, by the time saved and the loss added; nil where none
  /// may be made.
  private func changed(
    _ worth: (_ saved: Double, _ lost: Double) -> Double?
  ) -> PlanMixture? {
    var best: (worth: Double, layer: Int, plan: Int)?
    for (layer, frontier) in frontiers.enumerated() {
      let current = frontier.plans[choices[layer]]
      for (plan, other) in frontier.plans.enumerated() where plan != choices[layer] {
        let worth = worth(current.time - other.time, other.loss - current.loss)
        guard let worth, worth > best?.worth ?? -.infinity else { continue }
        best = (worth, layer, plan)
      }
    }
    guard let best else { return nil }
    var changed = self
    changed.choices[best.layer] = best.plan
    return changed
  }
}
