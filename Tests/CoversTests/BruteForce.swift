import Covers

/// The cheapest cover of a tree, by enumeration of all of them.
///
/// Shares no code with the program that is tested. For each tap it lists every way to cover the
/// tap's non-zero weights by disjoint row groups and leaves, then combines the taps of a chunk. What
/// they leave behind is a state: how many taps each row group has, which rows have leaves, and how
/// many leaves there are. Equal states are merged, which loses no cover: the time depends on nothing
/// else.
struct BruteForce {
  let costs: CoverCosts
  let tree: RowTree

  /// The time of the cheapest exact cover, start-up and rounding included.
  func cheapest(_ matrix: FilterMatrix) -> Double {
    var total = 0.0
    for group in tree.rootGroups {
      let rows = Array(tree.order[group])
      for first in stride(from: 0, to: matrix.taps, by: min(costs.tapsPerChunk, matrix.taps)) {
        let taps = first..<min(first + min(costs.tapsPerChunk, matrix.taps), matrix.taps)
        total += cheapest(rows.map { row in taps.map { matrix[row, $0] != 0 } })
      }
    }
    return total
  }

  /// The least sum of time and prices, less what slots win back, over all covers that may drop weights,
  /// for additive costs.
  ///
  /// - Parameters:
  ///   - gain: what the slot of a row and tap wins back if its weight is zero.
  ///   - price: the price of dropping the weight of a row and tap.
  func cheapestAdditive(
    _ matrix: FilterMatrix, gain: (Int, Int) -> Double = { _, _ in 0 },
    price: (Int, Int) -> Double
  ) -> Double {
    var total = 0.0
    for group in tree.rootGroups {
      for tap in 0..<matrix.taps {
        let ways = covers(group, mayDrop: true) { matrix[tree.order[$0], tap] != 0 }
        total += ways.reduce(.infinity) { best, parts in
          let (time, lost) = additiveCost(parts) { price(tree.order[$0], tap) }
          return min(best, time + lost - won(parts, matrix, tap: tap, gain))
        }
      }
    }
    return total
  }

  /// The least max(floor, time) + price over all covers that may drop weights, for additive costs.
  ///
  /// Of all covers of some taps those are kept that no other one beats in both time and price.
  func cheapestAdditive(
    _ matrix: FilterMatrix, floor: Double, price: (Int, Int) -> Double
  ) -> Double {
    var frontier = [(time: 0.0, price: 0.0)]
    for group in tree.rootGroups {
      for tap in 0..<matrix.taps {
        let ways = covers(group, mayDrop: true) { matrix[tree.order[$0], tap] != 0 }
          .map { parts in additiveCost(parts) { price(tree.order[$0], tap) } }
        let all = frontier.flatMap { sum in
          ways.map { (time: sum.time + $0.time, price: sum.price + $0.price) }
        }.sorted { ($0.time, $0.price) < ($1.time, $1.price) }
        frontier = []
        for one in all where one.price < frontier.last?.price ?? .infinity { frontier.append(one) }
      }
    }
    return frontier.reduce(.infinity) { min($0, max(floor, $1.time) + $1.price) }
  }

  /// What the slots of a tap's segments win back, each segment its time at most.
  private func won(
    _ parts: [Part], _ matrix: FilterMatrix, tap: Int, _ gain: (Int, Int) -> Double
  ) -> Double {
    parts.reduce(0) { sum, part in
      guard case .segment(let rows) = part, let entry = entry(rows.count) else { return sum }
      let filters = rows.map { tree.order[$0] }.filter { matrix[$0, tap] == 0 }
      return sum + min(entry.perTap, filters.reduce(0) { $0 + gain($1, tap) })
    }
  }

  private func additiveCost(
    _ parts: [Part], price: (_ position: Int) -> Double
  ) -> (time: Double, price: Double) {
    parts.reduce((0, 0)) { sum, part in
      switch part {
      case .segment(let rows): (sum.0 + (entry(rows.count)?.perTap ?? .infinity), sum.1)
      case .leaf: (sum.0 + costs.leaf, sum.1)
      case .drop(let position): (sum.0, sum.1 + price(position))
      }
    }
  }

  private enum Part: Hashable {
    case segment(Range<Int>)
    case leaf(Int)
    case drop(Int)
  }

  private func cheapest(_ present: [[Bool]]) -> Double {
    let height = present.count
    let groups = rowGroups(0..<height)
    let index = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1, $0) })
    // Taps of each row group (for a single row: 1 where it has leaves), then the number of leaves.
    var states: Set<[UInt8]> = [[UInt8](repeating: 0, count: groups.count + 1)]
    for tap in 0..<(present.first?.count ?? 0) {
      let ways = covers(0..<height, mayDrop: false) { present[$0][tap] }
      var next: Set<[UInt8]> = []
      for state in states {
        for parts in ways {
          var state = state
          for part in parts {
            switch part {
            case .segment(let rows): state[index[rows] ?? 0] += 1
            case .leaf(let row):
              state[index[row..<row + 1] ?? 0] = 1
              state[groups.count] += 1
            case .drop: break
            }
          }
          next.insert(state)
        }
      }
      states = next
    }
    return states.reduce(.infinity) { best, state in
      let time = zip(groups, state).reduce(costs.leaf * Double(state[groups.count])) {
        $0 + startAndTaps($1.0, Int($1.1))
      }
      return min(best, time)
    }
  }

  /// The time of a row group's segment, or the start-up of a single row.
  private func startAndTaps(_ rows: Range<Int>, _ count: Int) -> Double {
    guard count > 0 else { return 0 }
    if rows.count == 1 { return costs.rowStartUp }
    guard let entry = entry(rows.count) else { return .infinity }
    var padded = count
    while padded % entry.rounding != 0 { padded += 1 }
    return entry.startUp + entry.perTap * Double(padded)
  }

  private func entry(_ height: Int) -> CoverCosts.HeightCost? {
    costs.heights.first { $0.height == height }
  }

  private func rowGroups(_ range: Range<Int>) -> [Range<Int>] {
    guard range.count > 1 else { return [range] }
    let middle = (range.lowerBound + range.upperBound) / 2
    return [range] + rowGroups(range.lowerBound..<middle) + rowGroups(middle..<range.upperBound)
  }

  /// All ways to cover the rows of `range` that are present.
  private func covers(
    _ range: Range<Int>, mayDrop: Bool, present: (Int) -> Bool
  ) -> [[Part]] {
    guard range.contains(where: present) else { return [[]] }
    guard range.count > 1 else {
      return [[.leaf(range.lowerBound)]] + (mayDrop ? [[.drop(range.lowerBound)]] : [])
    }
    let middle = (range.lowerBound + range.upperBound) / 2
    var result: [[Part]] = entry(range.count) == nil ? [] : [[.segment(range)]]
    for left in covers(range.lowerBound..<middle, mayDrop: mayDrop, present: present) {
      for right in covers(middle..<range.upperBound, mayDrop: mayDrop, present: present) {
        result.append(left + right)
      }
    }
    return result
  }
}
