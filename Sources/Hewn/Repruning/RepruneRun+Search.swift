internal import Covers
internal import Repruning
internal import Tensors

extension RepruneRun {
  /// The networks that are refitted in order in one search, at most.
  private static let refitLimit = 5
  /// The networks that are timed in one search, at most.
  private static let timingLimit = 5

  func search(_ budget: RepruneBudget) throws -> Repruned {
    var tried: [Candidate] = []
    let found: (candidate: Candidate, isMet: Bool)
    switch budget {
    case .accuracyDrop, .error:
      found = try searchByAnswers(budget, &tried)
    case .speedup(let factor):
      found = try searchBySpeed(factor, &tried)
    case .zeros(let percent):
      found = try searchByZeros(percent / 100, &tried)
    }
    return try repruned(found.candidate, tried: tried, budget, isMet: found.isMet)
  }

  // MARK: Answers

  /// What a network's answers cost, in the unit of the budget.
  func cost(_ candidate: Candidate, _ budget: RepruneBudget) -> Double {
    guard let measured = candidate.measured else { return .infinity }
    if case .error = budget { return measured.loss }
    // By counts: the difference of two shares is rounded, and may be just above a budget that it meets.
    let lost = (measure?.original.rightCount ?? 0) - measured.rightCount
    return Double(100 * lost) / Double(max(1, measured.isRight.count))
  }

  private func isMet(_ candidate: Candidate, _ budget: RepruneBudget) -> Bool {
    switch budget {
    case .accuracyDrop(let asked), .error(let asked):
      candidate.measured?.loss.isFinite == true && cost(candidate, budget) <= asked
    case .speedup, .zeros: false
    }
  }

  /// Bisects networks with their plans' own weights; from the last of these that is accepted, goes on with
  /// networks that are refitted in order, which answer better.
  private func searchByAnswers(
    _ budget: RepruneBudget, _ tried: inout [Candidate]
  ) throws -> (Candidate, Bool) {
    var best: Candidate?
    let all = 0...pruning.changeCount
    var count = 0
    let accepted = try pruning.lastAccepted(
      in: all, measurementLimit: pruning.options.maximumMeasurements
    ) { changeCount in
      try progress("searching", Double(count) / Double(pruning.options.maximumMeasurements))
      count += 1
      let candidate = try planned(pruning.plan(changeCount: changeCount))
      tried.append(candidate)
      guard isMet(candidate, budget) else { return false }
      best = candidate
      return true
    }
    if refitsInOrder, let refitted = try searchInOrder(from: accepted ?? 0, budget, &tried),
      refitted.plan.time <= best?.plan.time ?? .infinity
    {
      best = refitted
    }
    if let best { return (best, true) }
    let unchanged = try planned(pruning.unchanged)
    return (unchanged, isMet(unchanged, budget))
  }

  /// The network of the most changes that was accepted; each step beside one that was is twice the last.
  private func searchInOrder(
    from first: Int, _ budget: RepruneBudget, _ tried: inout [Candidate]
  ) throws -> Candidate? {
    var best: Candidate?
    var (accepted, refused) = (-1, pruning.changeCount + 1)
    var (next, step) = (first, max(1, pruning.changeCount / 16))
    for _ in 0..<Self.refitLimit where refused - accepted > 1 {
      let candidate = try refitted(pruning.plan(changeCount: next))
      tried.append(candidate)
      if isMet(candidate, budget) {
        (best, accepted) = (candidate, next)
      } else {
        refused = next
      }
      if accepted >= 0, refused <= pruning.changeCount {
        next = (accepted + refused) / 2
      } else {
        next = accepted >= 0 ? min(pruning.changeCount, accepted + step) : max(0, refused - step)
        step *= 2
      }
    }
    return best
  }

  // MARK: Speed

  /// - Returns: whether the budget is met as far as predictions tell; what is measured at the end decides.
  private func searchBySpeed(
    _ factor: Double, _ tried: inout [Candidate]
  ) throws -> (Candidate, Bool) {
    guard originalPlan != nil else {
      let found = pruning.plan(speedup: factor)
      return (try refitted(found.plan), found.isMet)
    }
    var attempt = 0
    let plan = try pruning.plan(
      measuredSpeedup: factor, measurementLimit: Self.timingLimit
    ) { plan in
      try progress("searching", Double(attempt) / Double(Self.timingLimit))
      attempt += 1
      var candidate = try planned(plan)
      guard let times = try times(of: candidate) else { return 0 }
      candidate.times = times.after
      tried.append(candidate)
      return times.before.milliseconds / times.after.milliseconds
    }
    return (try refitted(plan), false)
  }

  // MARK: Zeros

  private func searchByZeros(
    _ share: Double, _ tried: inout [Candidate]
  ) throws -> (Candidate, Bool) {
    let last = pruning.changeCount
    let fewer = pruning.lastAccepted(in: 0...last, measurementLimit: .max) {
      zeros(of: pruning.plan(changeCount: $0)) < share
    }
    var changeCount = fewer.map { min(last, $0 + 1) } ?? 0
    var candidate = try refitted(pruning.plan(changeCount: changeCount))
    var step = 1
    // In order, slots may get weights that the plan has left zero.
    while zeros(of: candidate) < share, changeCount < last {
      tried.append(candidate)
      changeCount = min(last, changeCount + step)
      step *= 2
      candidate = try refitted(pruning.plan(changeCount: changeCount))
    }
    return (candidate, zeros(of: candidate) >= share)
  }

  /// The share of the prunable layers' weights that are zero.
  func zeros(of plan: NetworkPlan) -> Double {
    zeros(plan.layers.map(\.weights))
  }

  func zeros(of candidate: Candidate) -> Double {
    candidate.pass.map { zeros($0.layers.map(\.weights)) } ?? zeros(of: candidate.plan)
  }

  private func zeros(_ layers: [[FilterWeights]]) -> Double {
    let matrices = layers.joined().map(\.matrix)
    let all = matrices.reduce(0) { $0 + $1.values.count }
    return Double(matrices.reduce(0) { $0 + $1.zeroCount }) / Double(max(1, all))
  }

  // MARK: Frontier

  func frontier(count: Int) throws -> RepruneReport {
    var points = [originalPoint(originalTimes)]
    for plan in pruning.frontier(count: count) {
      var candidate = try refitted(plan)
      if let times = try times(of: candidate), let originalTimes {
        // Each took turns with the original network; so they compare although the machine may have changed.
        candidate.times = times.after.scaled(
          by: originalTimes.milliseconds / times.before.milliseconds)
      }
      points.append(point(candidate))
    }
    return report(points: points, result: nil, budget: nil)
  }
}
