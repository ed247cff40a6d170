internal import Repruning

extension RepruneRun {
  /// The networks that are refitted in order in one search, at most.
  private static let refitLimit = 8
  /// The same where nothing is refitted.
  private static let measurementLimit = 16
  /// The networks that are timed in one search, at most.
  private static let timingLimit = 5

  func search(_ budget: RepruneBudget) throws -> Repruned {
    var tried: [RepruneReport.Point] = []
    let found =
      switch budget {
      case .accuracyDrop, .error: try searchByAnswers(budget, &tried)
      case .speedup(let factor): try searchBySpeed(factor, &tried)
      case .zeros: try searchByZeros(budget, &tried)
      }
    return try repruned(found, tried: tried, budget)
  }

  // MARK: Answers

  /// The fastest network that was measured to keep the budget.
  private func searchByAnswers(
    _ budget: RepruneBudget, _ tried: inout [RepruneReport.Point]
  ) throws -> Candidate {
    let plans = (0...pruning.changeCount).map { pruning.plan(changeCount: $0) }
    var search = BudgetSearch(
      plans: plans.map { ($0.layerTime, $0.loss) }, budget: budget.aim,
      perLoss: budget.expectedPerLoss)
    var best: Candidate?
    let limit = refitsInOrder ? Self.refitLimit : Self.measurementLimit
    for _ in 0..<limit {
      guard let next = search.next else { break }
      try progress("searching", Double(tried.count) / Double(limit))
      let candidate = try refitted(plans[next])
      tried.append(point(candidate))
      let outcome = reached(candidate, of: budget)
      search.add(
        changeCount: next, loss: candidate.measured?.loss ?? .infinity, reached: outcome.value,
        isMet: outcome.isMet)
      // It has more changes than those before.
      if outcome.isMet { best = candidate }
    }
    return try best ?? planned(pruning.unchanged)
  }

  // MARK: Speed

  /// Goes by predictions where the device is not there to measure.
  private func searchBySpeed(
    _ factor: Double, _ tried: inout [RepruneReport.Point]
  ) throws -> Candidate {
    guard originalPlan != nil else { return try refitted(pruning.plan(speedup: factor).plan) }
    var attempt = 0
    let plan = try pruning.plan(
      measuredSpeedup: factor, measurementLimit: Self.timingLimit
    ) { plan in
      try progress("searching", Double(attempt) / Double(Self.timingLimit))
      attempt += 1
      let candidate = try timed(planned(plan))
      tried.append(point(candidate))
      return reached(candidate, of: .speedup(factor)).value
    }
    return try refitted(plan)
  }

  // MARK: Zeros

  /// Layers are weighed by their weights, not by their time: the share is reached at the least loss.
  private func searchByZeros(
    _ budget: RepruneBudget, _ tried: inout [RepruneReport.Point]
  ) throws -> Candidate {
    let pruning = NetworkPruning(
      self.pruning.frontiers, otherTime: self.pruning.otherTime, saving: .weights)
    let last = pruning.changeCount
    let enough = pruning.firstChangeCount {
      let plan = pruning.plan(changeCount: $0)
      return reached(Candidate(plan: plan, pass: nil, measured: nil), of: budget).isMet
    }
    var changeCount = enough ?? last
    var candidate = try refitted(pruning.plan(changeCount: changeCount))
    var step = 1
    // In order, slots may get weights that the plan has left zero.
    while !reached(candidate, of: budget).isMet, changeCount < last {
      tried.append(point(candidate))
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

/// What a search by answers goes by.
extension RepruneBudget {
  /// A tenth of a point of accuracy at least: networks that are expected to lose so little often lose none.
  fileprivate var aim: Double {
    if case .accuracyDrop(let most) = self { max(most, 0.1) } else { asked }
  }

  /// What one unit of loss is expected to be in the unit of the budget before anything was measured: for points of
  /// accuracy lost with a nat of divergence, no more than a place to begin.
  fileprivate var expectedPerLoss: Double {
    if case .accuracyDrop = self { 50 } else { 1 }
  }
}
