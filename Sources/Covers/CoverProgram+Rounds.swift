extension CoverProgram {
  /// The greatest number of times that the program is solved again with fewer open nodes.
  static let maximumRounds = 3

  /// The cheapest assignment found; never above all leaves or one full segment.
  ///
  /// Solves the program, closes the nodes whose taps would lose less elsewhere than the node's
  /// start-up, and solves again without them, at most ``maximumRounds`` times. With additive costs
  /// the first solution is optimal and the only one.
  mutating func solve() -> Assignment {
    evaluate()
    var best = assignment(closing: false)
    if isAdditive { return best }
    for round in 0...Self.maximumRounds {
      if round > 0 { evaluate() }
      let solution = assignment(closing: true)
      if solution.cost < best.cost { best = solution }
      let closed = nodesToClose(solution)
      if closed.isEmpty { break }
      for node in closed { open[node] = false }
    }
    for candidate in [leavesAlone(), fullSegment()].compactMap(\.self)
    where candidate.cost < best.cost {
      best = candidate
    }
    return best
  }

  /// Whether the costs are a sum over taps and leaves.
  private var isAdditive: Bool {
    rowStartUp == 0
      && entries.allSatisfy { entry in
        entry.map { $0.startUp == 0 && $0.rounding == 1 } ?? true
      }
  }

  /// The nodes that a solution does better without, none above or below another.
  private func nodesToClose(_ solution: Assignment) -> [Int] {
    var surplus: [(node: Int, saving: Double)] = []
    for node in 1..<2 * height where open[node] && startUp(node) > 0 {
      if solution.owned[node].isEmpty { continue }
      var saving = startUp(node)
      for tap in solution.owned[node] {
        saving -= loss(of: Int(tap), without: node, in: solution)
        if saving <= 0 { break }
      }
      if saving > 0 { surplus.append((node, saving)) }
    }
    surplus.sort { ($1.saving, $0.node) < ($0.saving, $1.node) }
    var closed: [Int] = []
    for (node, _) in surplus {
      let isRelated = closed.contains {
        Self.isAncestor($0, of: node) || Self.isAncestor(node, of: $0)
      }
      if !isRelated { closed.append(node) }
    }
    return closed
  }

  /// What a tap costs more when its node is closed: it goes below, or to a segment above.
  private func loss(of tap: Int, without node: Int, in solution: Assignment) -> Double {
    var loss = max(0, below(node, tap) - cost(node, tap))
    var above = node / 2
    while above >= 1 {
      if !solution.owned[above].isEmpty {
        loss = min(loss, cost(above, tap) - values[above * tapCount + tap])
      }
      above /= 2
    }
    return loss
  }

  static func isAncestor(_ ancestor: Int, of node: Int) -> Bool {
    let difference = depth(node) - depth(ancestor)
    return difference > 0 && node >> difference == ancestor
  }

  /// All weights as leaves (or dropped, where that is cheaper).
  private func leavesAlone() -> Assignment {
    var program = self
    for node in 1..<2 * height { program.open[node] = node >= height }
    return program.assignment(closing: false)
  }

  /// One segment of the root group with all taps that have a weight, where the device has it.
  private func fullSegment() -> Assignment? {
    guard height > 1, let entry = entries[0] else { return nil }
    var result = Assignment(
      owned: Array(repeating: [], count: 2 * height),
      dropped: Array(repeating: [], count: 2 * height))
    result.owned[1] = (0..<Int32(tapCount)).filter { tap in
      (0..<height).contains { dropPrice[$0 * tapCount + Int(tap)] > 0 }
    }
    result.cost = result.owned[1].reduce(entry.time(tapCount: result.owned[1].count)) {
      $0 - credit(1, Int($1))
    }
    return result
  }
}
