/// Dropped weights of a cover that are to be kept after all, as leaves.
struct LeafAdditions {
  private let original: Cover
  private let costs: CoverCosts
  /// The position of each filter.
  private let positions: [Int]
  /// The chunks in which each row has leaves.
  private var chunks: [Set<Int>]
  private var added: Set<Int> = []

  /// - Complexity: O(M + leaves).
  init(_ cover: Cover, costs: CoverCosts) {
    original = cover
    self.costs = costs
    var positions = [Int](repeating: 0, count: cover.rows)
    for (position, filter) in cover.order.enumerated() { positions[filter] = position }
    self.positions = positions
    chunks = cover.leavesByRow.map { leaves in Set(leaves.map { Int($0.tap) / costs.tapsPerChunk })
    }
  }

  /// What keeping a weight takes, by its index `filter · taps + tap`.
  func time(ofAdding weight: Int) -> Double {
    let (position, chunk) = place(weight)
    return costs.leaf + (chunks[position].contains(chunk) ? 0 : costs.rowStartUp)
  }

  /// - Precondition: the cover drops the weight.
  mutating func add(_ weight: Int) {
    let (position, chunk) = place(weight)
    chunks[position].insert(chunk)
    added.insert(weight)
  }

  private func place(_ weight: Int) -> (position: Int, chunk: Int) {
    let (filter, tap) = weight.quotientAndRemainder(dividingBy: original.taps)
    return (positions[filter], tap / costs.tapsPerChunk)
  }

  /// The cover with what was added.
  ///
  /// - Complexity: O(M·K).
  func cover(of matrix: FilterMatrix) -> Cover {
    guard !added.isEmpty else { return original }
    var leavesByRow = original.leavesByRow
    for weight in added {
      let tap = weight % original.taps
      leavesByRow[place(weight).position].append(
        Leaf(tap: Int32(tap), weight: matrix.values[weight]))
    }
    for position in leavesByRow.indices { leavesByRow[position].sort { $0.tap < $1.tap } }
    return Cover(
      rows: original.rows, taps: original.taps, order: original.order,
      rootGroups: original.rootGroups, segments: original.segments, leavesByRow: leavesByRow,
      dropped: original.dropped.filter { !added.contains($0) }, costs: costs)
  }
}
