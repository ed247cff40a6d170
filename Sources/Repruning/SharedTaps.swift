/// The kept taps of all filters as a tree, in which taps that filters share are factored once.
///
/// A node has the taps that all its filters keep and no node above has. Under the root are the
/// root groups, under a row group its halves: so the taps of a segment are at its row group, those of
/// a shorter segment below, and a row's leaves at the row. Filters that keep the same taps are one.
struct SharedTaps: Sendable {
  struct Node: Sendable {
    /// Ascending; indices from the block's first tap.
    var taps: [Int]
    var children: [Node] = []
    /// The filters that keep the taps on the way here, and no others.
    var filters: [Int] = []
  }

  private(set) var root: Node

  /// Filters with the same kept taps.
  private struct Pattern {
    /// The position of the first of them.
    let position: Int
    /// What no node above has.
    var taps: [Int]
    var filters: [Int]
  }

  /// - Parameters:
  ///   - block: the taps to look at.
  ///   - filters: whether a filter is in the tree.
  /// - Complexity: O(M · K · log H) for root groups of H rows.
  init(_ kept: KeptEntries, block: Range<Int>, filters isIncluded: (Int) -> Bool = { _ in true }) {
    var patterns: [Pattern] = []
    var known: [[Int]: Int] = [:]
    for (position, filter) in kept.order.enumerated() where isIncluded(filter) {
      let taps = block.filter { kept[filter, $0] }.map { $0 - block.lowerBound }
      if let index = known[taps] {
        patterns[index].filters.append(filter)
      } else {
        known[taps] = patterns.count
        patterns.append(Pattern(position: position, taps: taps, filters: [filter]))
      }
    }
    root = Self.node(patterns, groups: kept.rootGroups, tapCount: block.count)
  }

  /// - Parameter groups: the ranges of positions below the node.
  private static func node(
    _ patterns: [Pattern], groups: [Range<Int>], tapCount: Int
  ) -> Node {
    guard patterns.count > 1 else {
      return Node(taps: patterns.first?.taps ?? [], filters: patterns.first?.filters ?? [])
    }
    var counts = [Int](repeating: 0, count: tapCount)
    for pattern in patterns { for tap in pattern.taps { counts[tap] += 1 } }
    var result = Node(taps: counts.indices.filter { counts[$0] == patterns.count })
    var rest = patterns[...]
    for group in groups {
      let below = rest.prefix { $0.position < group.upperBound }
      rest = rest.dropFirst(below.count)
      guard !below.isEmpty else { continue }
      let remaining = below.map { pattern in
        var pattern = pattern
        pattern.taps.removeAll { counts[$0] == patterns.count }
        return pattern
      }
      let middle = group.lowerBound + group.count / 2
      result.children.append(
        node(
          remaining, groups: [group.lowerBound..<middle, middle..<group.upperBound],
          tapCount: tapCount))
    }
    return result
  }
}
