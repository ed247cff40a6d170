package import Covers

extension Cover {
  /// The weights that are not zero.
  package var nonZeroCount: Int {
    segments.reduce(0) { $0 + $1.weights.count { $0 != 0 } }
      + leavesByRow.reduce(0) { $0 + $1.count { $0.weight != 0 } }
  }

  /// The same segments and leaves with other weights.
  ///
  /// - Precondition: `matrix` is zero outside of the segments and leaves.
  /// - Complexity: O(M·K).
  package func replacingWeights(by matrix: FilterMatrix, costs: CoverCosts? = nil) -> Cover {
    precondition(
      matrix.rows == rows && matrix.taps == taps, "\(matrix.rows)×\(matrix.taps) weights")
    let segments = segments.map { segment in
      Segment(
        firstRow: segment.firstRow, height: segment.height, taps: segment.taps,
        weights: segment.taps.flatMap { tap in
          segment.rows.map { matrix[order[$0], Int(tap)] }
        })
    }
    let leaves = leavesByRow.enumerated().map { position, leaves in
      leaves.map { Leaf(tap: $0.tap, weight: matrix[order[position], Int($0.tap)]) }
    }
    return Cover(
      rows: rows, taps: taps, order: order, rootGroups: rootGroups, segments: segments,
      leavesByRow: leaves, dropped: dropped, costs: costs)
  }
}
