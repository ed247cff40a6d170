internal import Covers
internal import Repruning

extension RepruneRun {
  /// What a network reaches of a budget, in its unit, and whether that is enough.
  ///
  /// A speed-up is the measured one of a candidate with times, else what is predicted of the layers.
  func reached(
    _ candidate: Candidate, of budget: RepruneBudget
  ) -> (value: Double, isMet: Bool) {
    switch budget {
    case .accuracyDrop(let most):
      let drop = accuracyDrop(candidate)
      return (drop, candidate.measured?.loss.isFinite == true && drop <= most)
    case .error(let most):
      let error = candidate.measured?.loss ?? .infinity
      return (error, error.isFinite && error <= most)
    case .speedup(let least):
      if let speedup = candidate.speedup { return (speedup, speedup >= least) }
      let (before, after) = (pruning.unchanged.time, candidate.plan.time)
      // Compared as the search for a plan does: quotients are rounded.
      return (before / after, after <= before / least)
    case .zeros(let percent):
      let share = zeros(of: candidate)
      return (100 * share, share >= percent / 100)
    }
  }

  /// How many percentage points of accuracy are lost.
  private func accuracyDrop(_ candidate: Candidate) -> Double {
    guard let measured = candidate.measured else { return .infinity }
    // By counts: the difference of two shares is rounded, and may be just above a budget that it meets.
    let lost = (measure?.original.rightCount ?? 0) - measured.rightCount
    return Double(100 * lost) / Double(max(1, measured.isRight.count))
  }

  /// The share of the prunable layers' weights that are zero.
  func zeros(of candidate: Candidate) -> Double {
    let all = network.layers.map(\.timed).reduce(0) { $0 + $1.groupCount * $1.rows * $1.taps }
    let nonZeroCount =
      candidate.pass.map { pass in
        pass.layers.flatMap(\.weights).reduce(0) { $0 + $1.matrix.nonZeroCount }
      } ?? candidate.plan.layers.reduce(0) { $0 + $1.nonZeroCount }
    return Double(all - nonZeroCount) / Double(max(1, all))
  }
}
