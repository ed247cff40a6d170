extension Cover {
  /// Covers everything by full segments: each root group is one segment of all taps.
  ///
  /// - Parameters:
  ///   - rootHeight: the greatest height, a power of two. The rest of the rows goes to smaller root
  ///     groups, down to a segment of one row.
  ///   - costs: gives the predicted cost, where it lists all heights that occur.
  /// - Complexity: O(M·K).
  package static func dense(
    _ matrix: FilterMatrix, rootHeight: Int, costs: CoverCosts? = nil
  ) -> Cover {
    let groups = RowTree.rootGroups(rows: matrix.rows, rootHeight: rootHeight)
    let taps = (0..<matrix.taps).map { Int32($0) }
    let segments = groups.compactMap { group -> Segment? in
      guard !taps.isEmpty else { return nil }
      var weights: [Float] = []
      weights.reserveCapacity(group.count * taps.count)
      for tap in 0..<matrix.taps { for row in group { weights.append(matrix[row, tap]) } }
      return Segment(
        firstRow: group.lowerBound, height: group.count, taps: taps, weights: weights)
    }
    return Cover(
      rows: matrix.rows, taps: matrix.taps, order: Array(0..<matrix.rows), rootGroups: groups,
      segments: segments, leavesByRow: Array(repeating: [], count: matrix.rows), costs: costs)
  }

  /// Covers everything by leaves, in the filters' own order; every row is a root group.
  ///
  /// - Complexity: O(M·K).
  package static func leavesOnly(_ matrix: FilterMatrix, costs: CoverCosts? = nil) -> Cover {
    let leaves = (0..<matrix.rows).map { row in
      (0..<matrix.taps).compactMap { tap -> Leaf? in
        let weight = matrix[row, tap]
        return weight == 0 ? nil : Leaf(tap: Int32(tap), weight: weight)
      }
    }
    return Cover(
      rows: matrix.rows, taps: matrix.taps, order: Array(0..<matrix.rows),
      rootGroups: RowTree.rootGroups(rows: matrix.rows, rootHeight: 1), segments: [],
      leavesByRow: leaves, costs: costs)
  }
}
