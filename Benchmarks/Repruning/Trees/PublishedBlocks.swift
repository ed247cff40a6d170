import Covers

/// The extraction of dense blocks as it was published for the system that Hewn follows.
///
/// 1. Rows are partitioned into groups that cut few columns.
/// 2. A group's columns are sorted by their non-zeros in the group, most first.
/// 3. The block takes the first k columns, for the smallest k where for each row k > t₁ · (the row's
///    non-zeros in the other columns).
/// 4. A block of more than `wholeRows` rows is cut into one of a multiple of that and the rest; groups of at
///    most `leastRows` rows have no block.
///
/// This is the rule as it is stated; the released programs stray from it in places.
struct PublishedBlocks {
  /// t₁, what a weight outside of the block costs by a slot in it.
  static let leftOverCost = 1.5
  /// nn
  static let wholeRows = 32
  /// B2
  static let leastRows = 16

  /// What became of a layer.
  enum Outcome: String, Encodable {
    case blocks, dense, leaves
  }

  let time: Double
  let outcome: Outcome
  /// For each row the columns of its block.
  let blockTaps: [Set<Int>]

  /// - Parameter groupCount: cn; 8 as published.
  init(_ matrix: FilterMatrix, costs: CoverCosts, groupCount: Int) {
    let rows = (0..<matrix.rows).filter { row in
      (0..<matrix.taps).contains { matrix[row, $0] != 0 }
    }
    let groups = HypergraphPartition.parts(Hypergraph(matrix, rows: rows), count: groupCount)
      .map { group in group.map { rows[$0] } }.sorted { $0.count > $1.count }
    var parts = Parts(costs)
    var blockTaps = [Set<Int>](repeating: [], count: matrix.rows)
    for group in groups where group.count > Self.leastRows {
      let taps = Self.blockTaps(matrix, rows: group)
      for row in group { blockTaps[row] = Set(taps.map { Int($0) }) }
      let whole = group.count / Self.wholeRows * Self.wholeRows
      parts.addBlock(matrix, rows: group[..<whole], taps: taps)
      parts.addBlock(matrix, rows: group[whole...], taps: taps)
    }
    self.blockTaps = blockTaps
    guard !parts.segments.isEmpty else {
      let (dense, leaves) = (costs.denseTime(matrix), costs.leavesTime(matrix))
      (time, outcome) = dense < leaves ? (dense, .dense) : (leaves, .leaves)
      return
    }
    parts.addRest(matrix, rows: groups.flatMap(\.self)) { !blockTaps[$0].contains($1) }
    precondition(parts.nonZeroCount == matrix.nonZeroCount, "a weight is lost or doubled")
    (time, outcome) = (parts.time, .blocks)
  }

  /// The columns of a group's block, ascending.
  private static func blockTaps(_ matrix: FilterMatrix, rows: [Int]) -> [Int32] {
    let counts = (0..<matrix.taps).map { tap in rows.count { matrix[$0, tap] != 0 } }
    let columns = (0..<matrix.taps).filter { counts[$0] > 0 }
      .sorted { (counts[$1], $0) < (counts[$0], $1) }
    var outside = rows.map { row in columns.count { matrix[row, $0] != 0 } }
    for (index, column) in columns.enumerated() {
      for (r, row) in rows.enumerated() where matrix[row, column] != 0 { outside[r] -= 1 }
      let length = index + 1
      if outside.allSatisfy({ Double(length) > leftOverCost * Double($0) }) {
        return columns[..<length].sorted().map { Int32($0) }
      }
    }
    return columns.sorted().map { Int32($0) }
  }
}
