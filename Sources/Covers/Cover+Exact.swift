extension Cover {
  /// Extracts the cheapest cover found that represents `matrix` exactly.
  ///
  /// For additive costs it is the optimum of the tree. It never costs more than all leaves, nor than
  /// one full segment in each root group.
  ///
  /// - Parameter tree: the row groups.
  /// - Precondition: `tree` has the rows of `matrix`.
  /// - Complexity: O(M·K) for the given tree.
  package static func exact(_ matrix: FilterMatrix, costs: CoverCosts, tree: RowTree) -> Cover {
    extracted(matrix, costs: costs, tree: tree, prices: nil)
  }

  /// Extracts a cover that drops the weights whose time outweighs their price.
  ///
  /// ``dropped`` lists them. `predictedCost` is the time of what is left. Where prices have gains, the slots
  /// of a segment are worth something, so that segments may be taller, and take more time, than those of
  /// the weights alone.
  ///
  /// - Precondition: `tree` has the rows of `matrix`, and `prices` an importance for each weight.
  package static func pruned(
    _ matrix: FilterMatrix, costs: CoverCosts, tree: RowTree, prices: DropPrices
  ) -> Cover {
    precondition(prices.importance.count == matrix.values.count, "an importance for each weight")
    return extracted(matrix, costs: costs, tree: tree, prices: prices)
  }

  private static func extracted(
    _ matrix: FilterMatrix, costs: CoverCosts, tree: RowTree, prices: DropPrices?
  ) -> Cover {
    precondition(tree.order.count == matrix.rows, "a tree of \(tree.order.count) rows")
    let chunks = costs.chunks(taps: matrix.taps)
    var segments: [Segment] = []
    var leavesByRow = [[Leaf]](repeating: [], count: matrix.rows)
    var dropped: [Int] = []
    for group in tree.rootGroups {
      let rows = tree.order[group]
      var segmentTaps = [[Int32]](repeating: [], count: rows.count)
      for chunk in chunks {
        var program = CoverProgram(matrix, rows: rows, taps: chunk, costs: costs, prices: prices)
        let solution = program.solve()
        let first = Int32(chunk.lowerBound)
        for node in 1..<rows.count { segmentTaps[node] += solution.owned[node].map { $0 + first } }
        for (r, row) in rows.enumerated() {
          let node = rows.count + r
          leavesByRow[group.lowerBound + r] += solution.owned[node].map {
            Leaf(tap: $0 + first, weight: matrix[row, Int($0 + first)])
          }
          dropped += solution.dropped[node].map { row * matrix.taps + Int($0 + first) }
        }
      }
      for (node, taps) in segmentTaps.enumerated() where !taps.isEmpty {
        let depth = CoverProgram.depth(node)
        let height = rows.count >> depth
        let firstRow = group.lowerBound + (node - (1 << depth)) * height
        segments.append(
          Segment(matrix, order: tree.order, firstRow: firstRow, height: height, taps: taps))
      }
    }
    return Cover(
      rows: matrix.rows, taps: matrix.taps, order: tree.order, rootGroups: tree.rootGroups,
      segments: segments, leavesByRow: leavesByRow, dropped: dropped.sorted(), costs: costs)
  }
}

extension Segment {
  /// Gathers the weights of a row group's taps.
  init(_ matrix: FilterMatrix, order: [Int], firstRow: Int, height: Int, taps: [Int32]) {
    var weights: [Float] = []
    weights.reserveCapacity(taps.count * height)
    for tap in taps {
      for row in order[firstRow..<firstRow + height] { weights.append(matrix[row, Int(tap)]) }
    }
    self.init(firstRow: firstRow, height: height, taps: taps, weights: weights)
  }
}
