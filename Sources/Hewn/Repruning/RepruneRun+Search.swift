internal import Repruning

extension RepruneRun {
  /// The networks that are refitted in order in one search, at most.
  private static let refitLimit = 5
  /// The networks that are timed in one search, at most.
  private static let timingLimit = 5

  func search(_ budget: RepruneBudget) throws -> Repruned {
    var tried: [Candidate] = []
    let found =
      switch budget {
      case .accuracyDrop, .error: try searchByAnswers(budget, &tried)
      case .speedup(let factor): try searchBySpeed(factor, &tried)
      case .zeros: try searchByZeros(budget, &tried)
      }
    return try repruned(found, tried: tried, budget)
  }

  // MARK: Answers

  /// Bisects networks with their plans' own weights; from the last of these that is accepted, goes on with
  /// networks that are refitted in order, which answer better.
  private func searchByAnswers(
    _ budget: RepruneBudget, _ tried: inout [Candidate]
  ) throws -> Candidate {
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
      guard reached(candidate, of: budget).isMet else { return false }
      best = candidate
      return true
    }
    if refitsInOrder, let refitted = try searchInOrder(from: accepted ?? 0, budget, &tried),
      refitted.plan.time <= best?.plan.time ?? .infinity
    {
      best = refitted
    }
    return try best ?? planned(pruning.unchanged)
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
      if reached(candidate, of: budget).isMet {
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

  /// Goes by predictions where the device is not there to measure.
  private func searchBySpeed(
    _ factor: Double, _ tried: inout [Candidate]
  ) throws -> Candidate {
    guard originalPlan != nil else { return try refitted(pruning.plan(speedup: factor).plan) }
    var attempt = 0
    let plan = try pruning.plan(
      measuredSpeedup: factor, measurementLimit: Self.timingLimit
    ) { plan in
      try progress("searching", Double(attempt) / Double(Self.timingLimit))
      attempt += 1
      let candidate = try timed(planned(plan))
      tried.append(candidate)
      return reached(candidate, of: .speedup(factor)).value
    }
    return try refitted(plan)
  }

  // MARK: Zeros

  /// Layers are weighed by their weights, not by their time: the share is reached at the least loss.
  private func searchByZeros(
    _ budget: RepruneBudget, _ tried: inout [Candidate]
  ) throws -> Candidate {
    let pruning = NetworkPruning(
      self.pruning.frontiers, otherTime: self.pruning.otherTime, options: self.pruning.options,
      saving: .weights)
    let last = pruning.changeCount
    let fewer = pruning.lastAccepted(in: 0...last, measurementLimit: .max) {
      let plan = pruning.plan(changeCount: $0)
      return !reached(Candidate(plan: plan, pass: nil, measured: nil), of: budget).isMet
    }
    var changeCount = fewer.map { min(last, $0 + 1) } ?? 0
    var candidate = try refitted(pruning.plan(changeCount: changeCount))
    var step = 1
    // In order, slots may get weights that the plan has left zero.
    while !reached(candidate, of: budget).isMet, changeCount < last {
      tried.append(candidate)
      changeCount = min(last, changeCount + step)
      step *= 2
      candidate = try refitted(pruning.plan(changeCount: changeCount))
    }
    return candidate
  }

  // MARK: Frontier

  func frontier(count: Int) throws -> RepruneReport {
    var points = [originalPoint(originalTimes)]
    for plan in pruning.frontier(count: count) {
      var candidate = try timed(refitted(plan))
      if let times = candidate.times, let originalTimes {
        // Each took turns with the original network; so they compare although the machine may have changed.
        candidate.times = (
          originalTimes,
          times.after.scaled(by: originalTimes.milliseconds / times.before.milliseconds)
        )
      }
      points.append(point(candidate))
    }
    return report(points: points, result: nil, budget: nil)
  }
}
