extension CoverProgram {
  /// Hands out the taps from the root group down, by the values of ``evaluate()``.
  ///
  /// A row group takes the taps that it makes cheaper, by time and by what its slots may win back. Where its taps are padded to a multiple, it
  /// fills the last block with the taps of least regret from below or, if that is cheaper, demotes
  /// the taps of the block that gain least. A segment that gains less than its start-up is left
  /// out when `closing` is true; its taps go to the nodes below.
  func assignment(closing: Bool) -> Assignment {
    var result = Assignment(
      owned: Array(repeating: [], count: 2 * height),
      dropped: Array(repeating: [], count: 2 * height))
    var waiting = [[Int32]](repeating: [], count: 2 * height)
    waiting[1] = (0..<Int32(tapCount)).map { $0 }
    for node in 1..<2 * height {
      let candidates = waiting[node]
      waiting[node] = []
      guard node < height else {
        assignRow(node, candidates, &result)
        continue
      }
      let taken = taps(of: node, from: candidates, closing: closing)
      if taken.isEmpty {
        waiting[2 * node] = candidates
        waiting[2 * node + 1] = candidates
        continue
      }
      var rest: [Int32] = []
      rest.reserveCapacity(candidates.count - taken.count)
      var next = 0
      for tap in candidates {
        if next < taken.count, taken[next] == tap { next += 1 } else { rest.append(tap) }
      }
      waiting[2 * node] = rest
      waiting[2 * node + 1] = rest
      result.cost += entries[Self.depth(node)]?.time(tapCount: taken.count) ?? .infinity
      result.cost -= taken.reduce(0) { $0 + credit(node, Int($1)) }
      result.owned[node] = taken
    }
    return result
  }

  /// Makes leaves of a row's remaining weights, or drops them.
  private func assignRow(_ node: Int, _ candidates: [Int32], _ result: inout Assignment) {
    let row = (node - height) * tapCount
    for tap in candidates {
      let price = dropPrice[row + Int(tap)]
      if price == 0 { continue }
      if price < leafCost || !open[node] && price.isFinite {
        result.dropped[node].append(tap)
        result.cost += price
      } else {
        result.owned[node].append(tap)
      }
    }
    let leafCount = result.owned[node].count
    if leafCount > 0 { result.cost += rowStartUp + leafCost * Double(leafCount) }
  }

  /// The taps of `candidates` that join the segment of `node`, ascending.
  private func taps(of node: Int, from candidates: [Int32], closing: Bool) -> [Int32] {
    guard open[node], let entry = entries[Self.depth(node)] else { return [] }
    var taken: [Int32] = []
    var gain = 0.0
    for tap in candidates {
      let worth = worth(node, Int(tap))
      if entry.perTap < worth {
        taken.append(tap)
        gain += worth - entry.perTap
      }
    }
    if entry.rounding > 1, !taken.isEmpty {
      (taken, gain) = rounded(taken, of: node, from: candidates, entry: entry)
    }
    return closing && gain < entry.startUp ? [] : taken
  }

  /// Fills or clears the last block of a segment, and its gain before start-up.
  private func rounded(
    _ taken: [Int32], of node: Int, from candidates: [Int32], entry: CoverCosts.HeightCost
  ) -> (taps: [Int32], gain: Double) {
    let excess = taken.count % entry.rounding
    let gain =
      taken.reduce(0) { $0 + worth(node, Int($1)) }
      - entry.perTap * Double(taken.count - excess)
    guard excess > 0 else { return (taken, gain) }
    let byGain = candidates.filter { below(node, Int($0)) > 0 }
      .map { (tap: $0, worth: worth(node, Int($0))) }
      .sorted { ($1.worth, $0.tap) < ($0.worth, $1.tap) }
    let promoted = byGain.dropFirst(taken.count).prefix(entry.rounding - excess)
    let demoted = byGain[taken.count - excess..<taken.count]
    let filledGain =
      promoted.reduce(gain) { $0 + $1.worth } - entry.perTap * Double(entry.rounding)
    let clearedGain = demoted.reduce(gain) { $0 - $1.worth }
    // Taps that nothing below may take have an infinite gain; they are never demoted.
    if clearedGain > filledGain {
      return (byGain.prefix(taken.count - excess).map(\.tap).sorted(), clearedGain)
    }
    return (byGain.prefix(taken.count + promoted.count).map(\.tap).sorted(), filledGain)
  }
}
