/// Estimates what the root groups of a tree cost, and what they would with other row groups in places.
///
/// The values are those of ``CoverProgram`` in single precision. What starting a segment in a chunk
/// costs, with half a block of padding, is set against what the segment saves there:
///
///     value(G, j) = min(c_|G|, below(j))     in chunks where Σⱼ max(0, below(j) − c_|G|) > f_|G|
///                 = below(j)                 in all others
///
/// with below(j) = value(G.left, j) + value(G.right, j). An estimate is the sum of a root group's values
/// and of the start-up of the segments above the place that changes; those below it move with it. What
/// rows with leaves take to start is left out: most rows have some in any case.
struct TreeEstimate {
  /// What a segment of one height costs.
  struct Height {
    var perTap: Float
    var startUp: Float
  }

  /// A node of a root group, by its number in ``CoverProgram``.
  struct Place: Hashable {
    var group: Int
    var node: Int
  }

  private let matrix: FilterMatrix
  private let leafCost: Double
  private let prices: DropPrices?
  /// The taps that are looked at, ascending, with the place of each among the values of a node.
  private let taps: [(tap: Int, position: Int)]
  /// The chunks as ranges of positions: whole vectors, zero behind the last tap.
  private let chunks: [Range<Int>]
  private let longestChunk: Int
  /// Floats of one node.
  private let stride: Int
  /// By the logarithm of the height; nil where the device has none.
  private let heights: [Height?]
  private let groupHeights: [Int]
  /// The place of each root group's node 0 among all nodes.
  private let firstNodes: [Int]
  private var values: [Float]

  /// - Complexity: O(M·K) time and memory.
  init(
    _ matrix: FilterMatrix, costs: CoverCosts, prices: DropPrices?, tree: RowTree, sampleLimit: Int
  ) {
    self.matrix = matrix
    self.prices = prices
    leafCost = costs.leaf
    let sample = TreeLevel.sampledTaps(matrix, limit: sampleLimit)
    let share = Float(sample.count) / Float(max(1, matrix.taps))
    var (taps, chunks): ([(tap: Int, position: Int)], [Range<Int>]) = ([], [])
    var chunk = -1
    for tap in sample {
      let end = chunks.last?.upperBound ?? 0
      if tap / costs.tapsPerChunk != chunk {
        chunk = tap / costs.tapsPerChunk
        let first = Self.padded(end)
        if let last = chunks.popLast() { chunks.append(last.lowerBound..<first) }
        chunks.append(first..<first)
      }
      let range = chunks.removeLast()
      taps.append((tap, range.upperBound))
      chunks.append(range.lowerBound..<range.upperBound + 1)
    }
    if let last = chunks.popLast() { chunks.append(last.lowerBound..<Self.padded(last.upperBound)) }
    self.taps = taps
    self.chunks = chunks
    longestChunk = chunks.map(\.count).max() ?? 0
    stride = chunks.last?.upperBound ?? 0
    heights = (0...CoverProgram.depth(costs.rootHeight)).map { logarithm in
      costs.entry(height: 1 << logarithm).map {
        let padding = $0.perTap * Double($0.rounding - 1) / 2
        return Height(perTap: Float($0.perTap), startUp: Float($0.startUp + padding) * share)
      }
    }
    groupHeights = tree.rootGroups.map(\.count)
    var firstNodes: [Int] = []
    var nodeCount = 0
    for height in groupHeights {
      firstNodes.append(nodeCount)
      nodeCount += 2 * height
    }
    self.firstNodes = firstNodes
    values = [Float](repeating: 0, count: nodeCount * stride)
    for (group, range) in tree.rootGroups.enumerated() { update(group, rows: tree.order[range]) }
  }

  private static func padded(_ count: Int) -> Int { (count + 7) / 8 * 8 }

  /// Computes the values of a root group whose filters are `rows`.
  mutating func update(_ group: Int, rows: ArraySlice<Int>) {
    let height = groupHeights[group]
    for (r, row) in rows.enumerated() {
      let out = offset(Place(group: group, node: height + r))
      for (tap, position) in taps {
        let index = row * matrix.taps + tap
        let isZero = matrix.values[index] == 0
        let price = prices.map { $0.lambda * Double($0.importance[index]) } ?? .infinity
        values[out + position] = isZero ? 0 : Float(min(leafCost, price))
      }
    }
    for node in Swift.stride(from: height - 1, through: 1, by: -1) {
      let out = offset(Place(group: group, node: node))
      let left = offset(Place(group: group, node: 2 * node))
      let cost = cost(of: node, in: group)
      values.withUnsafeMutableBufferPointer { values in
        guard let base = values.baseAddress else { return }
        for chunk in chunks {
          _ = Self.join(
            base + left + chunk.lowerBound, base + left + stride + chunk.lowerBound,
            into: base + out + chunk.lowerBound, count: chunk.count, cost)
        }
      }
    }
  }

  private func offset(_ place: Place) -> Int { (firstNodes[place.group] + place.node) * stride }

  private func cost(of node: Int, in group: Int) -> Height? {
    heights[CoverProgram.depth(groupHeights[group]) - CoverProgram.depth(node)]
  }

  /// How many values are computed for an estimate of each of two places.
  func work(_ a: Place, _ b: Place) -> Int {
    (1 + CoverProgram.depth(a.node) + CoverProgram.depth(b.node)) * stride
  }

  // MARK: Estimates

  /// What the root group of `place` costs with the row group of `other` there.
  func cost(_ place: Place, with other: Place) -> Float {
    withValues { values, scratch, _ in
      chunks.reduce(0) { sum, chunk in
        let startUps = climb(
          from: values + offset(other) + chunk.lowerBound, place, to: 1, values, chunk, scratch)
        return sum + startUps + Self.sum(scratch, count: chunk.count)
      }
    }
  }

  /// What exchanging two row groups of the same root group saves.
  ///
  /// - Precondition: neither contains the other.
  func saving(within group: Int, _ a: Int, _ b: Int) -> Float {
    let (placeA, placeB) = (Place(group: group, node: a), Place(group: group, node: b))
    return cost(placeA, placeB, hold: placeA, placeB) - cost(placeA, placeB, hold: placeB, placeA)
  }

  private func cost(_ a: Place, _ b: Place, hold left: Place, _ right: Place) -> Float {
    var (childA, childB) = (a.node, b.node)
    while CoverProgram.depth(childA) > CoverProgram.depth(childB) { childA /= 2 }
    while CoverProgram.depth(childB) > CoverProgram.depth(childA) { childB /= 2 }
    while childA / 2 != childB / 2 { (childA, childB) = (childA / 2, childB / 2) }
    let common = Place(group: a.group, node: childA / 2)
    return withValues { values, first, second in
      chunks.reduce(0) { sum, chunk in
        var startUps = climb(
          from: values + offset(left) + chunk.lowerBound, a, to: childA, values, chunk, first)
        startUps += climb(
          from: values + offset(right) + chunk.lowerBound, b, to: childB, values, chunk, second)
        startUps += Self.join(
          first, second, into: first, count: chunk.count, cost(of: common.node, in: common.group))
        startUps += climb(from: first, common, to: 1, values, chunk, first)
        return sum + startUps + Self.sum(first, count: chunk.count)
      }
    }
  }

  /// Computes the values of `top` with `source` at a place below it, or there.
  ///
  /// - Returns: the start-up of the segments on the way.
  private func climb(
    from source: UnsafePointer<Float>, _ place: Place, to top: Int,
    _ values: UnsafePointer<Float>, _ chunk: Range<Int>, _ out: UnsafeMutablePointer<Float>
  ) -> Float {
    if place.node == top {
      if source != UnsafePointer(out) { out.update(from: source, count: chunk.count) }
      return 0
    }
    var startUps: Float = 0
    var (node, below) = (place.node, source)
    while node != top {
      let sibling = values + offset(Place(group: place.group, node: node ^ 1)) + chunk.lowerBound
      node /= 2
      startUps += Self.join(
        below, sibling, into: out, count: chunk.count, cost(of: node, in: place.group))
      below = UnsafePointer(out)
    }
    return startUps
  }

  private func withValues(
    _ body: (
      UnsafePointer<Float>, _ first: UnsafeMutablePointer<Float>,
      _ second: UnsafeMutablePointer<Float>
    ) -> Float
  ) -> Float {
    values.withUnsafeBufferPointer { values in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * longestChunk) { scratch in
        guard let base = values.baseAddress, let first = scratch.baseAddress else { return 0 }
        return body(base, first, first + longestChunk)
      }
    }
  }
}
