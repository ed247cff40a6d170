/// Finds the network of the most changes that keeps a budget of what its answers lose, by measuring few.
///
/// A drop of the accuracy on some hundred images is mostly chance: of two networks that are equally good one
/// may lose 0.1 points and the other 0.7. How far outputs move, the loss, is steady: for one network and one way
/// to refit it is about the same multiple of what is predicted. So the next network to measure is the one that
/// is expected to just reach the budget,
///
///     r · predicted loss = budget / s
///
/// with r the measured over the predicted loss of the nearest trial, and s = Σ reached / Σ measured loss over
/// the trials that are not far beyond the budget, to which one is added that is what was expected before the
/// first. The loss that is aimed at at most doubles from trial to trial.
///
/// Whether a network is accepted is for the measured value of that network alone. Where the estimate is beyond
/// a refused network, the interval between that and the last accepted one is halved. So it is where the estimate is
/// not beyond the accepted one, although that has used less than half of the budget; with no network refused, the
/// next one that is worth it is measured.
package struct BudgetSearch: Sendable {
  private struct Trial {
    let changeCount: Int
    /// Measured.
    let loss: Double
    /// In the unit of the budget.
    let reached: Double
    let isMet: Bool
  }

  /// By the number of changes: predicted times of the layers, which do not rise, and losses, which do not fall.
  private let times: [Double]
  private let losses: [Double]
  private let budget: Double
  private let perLoss: Double
  private var trials: [Trial] = []

  /// By how much of its layers' time a network must be faster to be worth measuring.
  private static let leastGain = 0.005
  /// Trials that reach so many times the budget are left out of s: drops do not grow in proportion for ever.
  private static let farAway = 4.0
  /// How many times the greatest loss of a trial the next aim may be.
  private static let growth = 2.0

  /// - Parameters:
  ///   - plans: what is predicted of the layers, by the number of changes.
  ///   - budget: what is aimed at, above 0; 0 where only no loss will do.
  ///   - perLoss: what one unit of loss is expected to be in the unit of the budget.
  package init(
    plans: [(time: Double, loss: Double)], budget: Double, perLoss: Double
  ) {
    precondition(!plans.isEmpty && budget >= 0 && perLoss > 0, "a budget of \(budget)")
    times = plans.map(\.time)
    losses = plans.map(\.loss)
    self.budget = budget
    self.perLoss = perLoss
  }

  /// The number of changes of the network to measure next; `nil` where none is worth it.
  package var next: Int? {
    let accepted = trials.filter(\.isMet).max { $0.changeCount < $1.changeCount }
    let refused =
      trials.filter { !$0.isMet && $0.changeCount > accepted?.changeCount ?? -1 }
      .map(\.changeCount).min()
    let expected = lastCount(loss: expectedLoss)
    guard let accepted else {
      guard let refused else { return expected }
      let half = losses[refused] > 0 ? lastCount(loss: losses[refused] / 2) : refused / 2
      return refused > 0 ? min(expected, half, refused - 1) : nil
    }
    // Times do not rise.
    let worthIt = times.firstIndex { $0 <= (1 - Self.leastGain) * times[accepted.changeCount] }
    guard let worthIt, worthIt < refused ?? losses.count else { return nil }
    let middle = refused.map { (accepted.changeCount + $0) / 2 }
    if expected <= accepted.changeCount {
      return accepted.reached <= budget / 2 ? max(worthIt, middle ?? worthIt) : nil
    }
    guard let refused, let middle, expected >= refused else { return expected }
    return middle
  }

  /// - Parameters:
  ///   - loss: the measured one; infinite where outputs are not finite.
  ///   - reached: what that is in the unit of the budget.
  package mutating func add(changeCount: Int, loss: Double, reached: Double, isMet: Bool) {
    trials.append(Trial(changeCount: changeCount, loss: loss, reached: reached, isMet: isMet))
  }

  /// The predicted loss of a network that is expected to reach the budget.
  private var expectedLoss: Double {
    guard budget > 0 else { return 0 }
    let near = trials.filter { $0.loss.isFinite && $0.reached <= Self.farAway * budget }
    let expected = budget / perLoss
    let loss = near.reduce(expected) { $0 + $1.loss }
    let reached = near.reduce(budget) { $0 + $1.reached }
    // By chance networks may even answer better than the original one.
    let most = Self.growth * near.reduce(expected) { max($0, $1.loss) }
    let aim = reached > 0 ? min(most, budget * loss / reached) : most
    let nearest = trials.filter {
      $0.loss > 0 && $0.loss.isFinite && losses[$0.changeCount] > 0
    }.min { distance($0.loss, aim) < distance($1.loss, aim) }
    guard let nearest else { return aim }
    return aim * losses[nearest.changeCount] / nearest.loss
  }

  private func distance(_ loss: Double, _ other: Double) -> Double {
    max(loss, other) / min(loss, other)
  }

  /// The most changes that are predicted to lose at most `loss`.
  private func lastCount(loss: Double) -> Int { losses.lastIndex { $0 <= loss } ?? 0 }
}
