import Covers

/// Segments and leaves, gathered without a tree.
struct Parts {
  let costs: CoverCosts
  var segments: [Segment] = []
  var leavesByRow: [[Leaf]] = []

  init(_ costs: CoverCosts) { self.costs = costs }

  /// Whether the device has no kernel for leaves, so that one takes a segment of the least height.
  static func hasNoLeaves(_ costs: CoverCosts) -> Bool {
    costs.heights.first.map { $0.time(tapCount: 1) <= costs.leaf } ?? false
  }

  var time: Double {
    costs.time(segments: segments, leavesByRow: leavesByRow) ?? .infinity
  }

  /// The weights that are not zero in all parts.
  var nonZeroCount: Int {
    segments.reduce(0) { $0 + $1.weights.count { $0 != 0 } }
      + leavesByRow.reduce(0) { $0 + $1.count }
  }

  /// Adds a dense block of any number of rows: segments of the greatest heights that fit. Rows left over are
  /// leaves or, where there are none, fill a segment of the least height.
  mutating func addBlock(_ matrix: FilterMatrix, rows: ArraySlice<Int>, taps: [Int32]) {
    guard !taps.isEmpty else { return }
    var rest = rows
    for height in costs.heights.map(\.height).reversed() {
      while rest.count >= height {
        addSegment(matrix, rows: rest.prefix(height), height: height, taps: taps)
        rest = rest.dropFirst(height)
      }
    }
    if rest.isEmpty { return }
    if Self.hasNoLeaves(costs), let least = costs.heights.first {
      addSegment(matrix, rows: rest, height: least.height, taps: taps)
    } else {
      for row in rest { addLeaves(matrix, row: row, taps: taps) }
    }
  }

  /// Adds single weights: leaves, or segments of the least height where the device has none.
  mutating func addRest(
    _ matrix: FilterMatrix, rows: [Int], isRest: (_ row: Int, _ tap: Int) -> Bool
  ) {
    func taps(_ row: Int) -> [Int32] {
      (0..<matrix.taps).filter { matrix[row, $0] != 0 && isRest(row, $0) }.map { Int32($0) }
    }
    guard Self.hasNoLeaves(costs), let least = costs.heights.first else {
      for row in rows { addLeaves(matrix, row: row, taps: taps(row)) }
      return
    }
    for first in stride(from: 0, to: rows.count, by: least.height) {
      let band = rows[first..<min(rows.count, first + least.height)]
      let bandTaps = Set(band.flatMap(taps)).sorted()
      guard !bandTaps.isEmpty else { continue }
      addSegment(matrix, rows: band, height: least.height, taps: bandTaps) { isRest($0, $1) }
    }
  }

  private mutating func addLeaves(_ matrix: FilterMatrix, row: Int, taps: [Int32]) {
    leavesByRow.append(
      taps.compactMap { tap in
        let weight = matrix[row, Int(tap)]
        return weight == 0 ? nil : Leaf(tap: tap, weight: weight)
      })
  }

  private mutating func addSegment(
    _ matrix: FilterMatrix, rows: ArraySlice<Int>, height: Int, taps: [Int32],
    holds: (_ row: Int, _ tap: Int) -> Bool = { _, _ in true }
  ) {
    let missing = [Float](repeating: 0, count: height - rows.count)
    segments.append(
      Segment(
        firstRow: 0, height: height, taps: taps,
        weights: taps.flatMap { tap in
          rows.map { holds($0, Int(tap)) ? matrix[$0, Int(tap)] : 0 } + missing
        }))
  }
}

extension CoverCosts {
  /// The time of one dense block of a whole filter matrix.
  func denseTime(_ matrix: FilterMatrix) -> Double {
    var parts = Parts(self)
    parts.addBlock(
      matrix, rows: Array(0..<matrix.rows)[...], taps: (0..<matrix.taps).map { Int32($0) })
    return parts.time
  }

  /// The time of all weights as leaves, in the filters' own order.
  func leavesTime(_ matrix: FilterMatrix) -> Double {
    var parts = Parts(self)
    parts.addRest(matrix, rows: Array(0..<matrix.rows)) { _, _ in true }
    return parts.time
  }
}
