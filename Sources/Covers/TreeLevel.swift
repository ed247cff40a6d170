internal import Tensors

/// The row groups of one height while a tree grows.
struct TreeLevel {
  let costs: CoverCosts
  let isPruned: Bool
  /// The rows of each group.
  var height = 1
  var groups: [[Int]]
  /// value(G, j), `stride` floats for each group; zero in the padding.
  var values: [Float]
  /// How many rows of the group have a weight at the tap that is worth a leaf.
  var counts: [UInt16]
  /// The number of sampled taps, and the same padded to whole vectors.
  let tapCount: Int
  let stride: Int

  init(_ matrix: FilterMatrix, costs: CoverCosts, prices: DropPrices?, sampleLimit: Int) {
    self.costs = costs
    isPruned = prices != nil
    groups = (0..<matrix.rows).map { [$0] }
    let sample = Self.sampledTaps(matrix, limit: sampleLimit)
    tapCount = sample.count
    stride = (sample.count + 7) / 8 * 8
    values = [Float](repeating: 0, count: matrix.rows * stride)
    counts = [UInt16](repeating: 0, count: matrix.rows * stride)
    for row in 0..<matrix.rows {
      for (position, tap) in sample.enumerated() where matrix[row, tap] != 0 {
        let index = row * matrix.taps + tap
        let value = prices.map { min(costs.leaf, $0.lambda * Double($0.importance[index])) }
        values[row * stride + position] = Float(value ?? costs.leaf)
        counts[row * stride + position] = (value ?? costs.leaf) * 2 > costs.leaf ? 1 : 0
      }
    }
  }

  /// The taps to look at, ascending: all of them, or a seeded random choice.
  static func sampledTaps(_ matrix: FilterMatrix, limit: Int) -> [Int] {
    let wanted = max(64, limit / max(1, matrix.rows))
    guard matrix.taps > wanted else { return Array(0..<matrix.taps) }
    var generator = SplitMix64(seed: UInt64(matrix.taps))
    var sample: [Int] = []
    for tap in 0..<matrix.taps {
      let remaining = UInt64(matrix.taps - tap)
      if generator.next() % remaining < UInt64(wanted - sample.count) { sample.append(tap) }
    }
    return sample
  }

  /// Pairs all groups, one apart where their number is odd, and moves to the next height.
  ///
  /// - Returns: the rows of the group that was left.
  mutating func pair(_ pairing: RowTree.Pairing) -> [Int]? {
    var pairs: [(Int, Int)] = []
    var left: Int?
    for first in Swift.stride(from: 0, to: groups.count, by: RowTree.maximumBlockCount) {
      let block = first..<min(first + RowTree.maximumBlockCount, groups.count)
      let matching = scores(block, expectsSavings: pairing.expectsSavings)
        .matching(swapPasses: pairing.swapPasses)
      pairs += matching.pairs.map { (first + $0.0, first + $0.1) }
      left = matching.left.map { first + $0 }
    }
    // Which half comes first is of no consequence; the filters' own order reads best.
    pairs = pairs.map { (min($0.0, $0.1), max($0.0, $0.1)) }.sorted { $0.0 < $1.0 }
    let excess = left.map { groups[$0] }
    merge(pairs)
    return excess
  }

  private mutating func merge(_ pairs: [(Int, Int)]) {
    let cost = costs.entry(height: 2 * height).map { Float($0.perTap) } ?? costAbove ?? .infinity
    var mergedValues = [Float](repeating: 0, count: pairs.count * stride)
    var mergedCounts = [UInt16](repeating: 0, count: pairs.count * stride)
    for (index, (a, b)) in pairs.enumerated() {
      for tap in 0..<tapCount {
        mergedValues[index * stride + tap] = min(
          cost, values[a * stride + tap] + values[b * stride + tap])
        mergedCounts[index * stride + tap] = counts[a * stride + tap] + counts[b * stride + tap]
      }
    }
    groups = pairs.map { groups[$0.0] + groups[$0.1] }
    values = mergedValues
    counts = mergedCounts
    height *= 2
  }

  // MARK: Scores

  private func scores(_ block: Range<Int>, expectsSavings: Bool) -> PairScores {
    let target = costs.payingHeights.first { $0 >= 2 * height }
    if target == 2 * height, let entry = costs.entry(height: 2 * height) {
      // All rows have values 0 and c₁ only: two of c₁ save 2c₁ − c₂, one alone nothing.
      if height == 1, !isPruned, entry.perTap >= costs.leaf {
        return levelSets(block).scores { _ in Float(2 * costs.leaf - entry.perTap) }
      }
      return savings(block, cost: Float(entry.perTap))
    }
    if expectsSavings, let costAbove {
      let scores = savings(block, cost: costAbove)
      if scores.scores.contains(where: { $0 > 0 }) { return scores }
    }
    let weights = expectsSavings ? target.map { expectedSavingBends(target: $0) } ?? [] : []
    if weights.contains(where: { $0 > 0 }) { return levelSets(block).scores { weights[$0] } }
    return levelSets(block).scores { _ in 1 }
  }

  /// With prices, what a tap of the smallest height that pays takes, while groups are below that.
  ///
  /// Counts of rows do not tell weights that are worth a segment from those that will be dropped. Values do, of
  /// which none counts for more than the segment that it may come to lie in.
  private var costAbove: Float? {
    guard isPruned, let target = costs.payingHeights.first, target > 2 * height else { return nil }
    return costs.entry(height: target).map { Float($0.perTap) }
  }

  private func levelSets(_ block: Range<Int>) -> LevelSets {
    LevelSets(
      counts: counts[block.lowerBound * stride..<block.upperBound * stride], stride: stride,
      groupCount: block.count, levelCount: height)
  }

  /// The time saved by each pairing: Σⱼ max(0, value(A, j) + value(B, j) − cost).
  private func savings(_ block: Range<Int>, cost: Float) -> PairScores {
    var result = PairScores(count: block.count)
    let threshold = SIMD8<Float>(repeating: cost)
    values.withUnsafeBytes { bytes in
      let rowBytes = stride * 4
      for a in 0..<block.count {
        for b in a + 1..<max(block.count, a + 1) {
          let left = (block.lowerBound + a) * rowBytes
          let right = (block.lowerBound + b) * rowBytes
          var sum = SIMD8<Float>.zero
          for offset in Swift.stride(from: 0, to: rowBytes, by: 32) {
            let saving =
              bytes.loadUnaligned(fromByteOffset: left + offset, as: SIMD8<Float>.self)
              + bytes.loadUnaligned(fromByteOffset: right + offset, as: SIMD8<Float>.self)
              - threshold
            sum += saving.replacing(with: 0, where: saving .< 0)
          }
          result[a, b] = sum.sum()
        }
      }
    }
    return result
  }

  /// How the saving expected at height `target` bends in the number n of a tap's non-zero rows.
  ///
  /// A pair of 2·`height` rows is completed by rows of which each has the tap with the density p of
  /// the whole matrix, so that the expectation is g(n) = E[max(0, c₁·(n + B) − c_V)] with B binomial.
  /// Linear terms of g are the same for all pairings of the same rows: what counts is the bend
  /// g(k + 1) − 2g(k) + g(k − 1).
  ///
  /// - Returns: the bends at k = 1, …, 2·`height` − 1; the first is at index 1.
  private func expectedSavingBends(target: Int) -> [Float] {
    guard let entry = costs.entry(height: target) else { return [] }
    let present = counts.reduce(0) { $0 + Int($1) }
    let density = Double(present) / Double(max(1, groups.count * height * tapCount))
    let missing = target - 2 * height
    // The binomial distribution, one row after the other.
    var probability = [1.0]
    for _ in 0..<missing {
      probability.append(0)
      for n in Swift.stride(from: probability.count - 1, through: 0, by: -1) {
        probability[n] =
          probability[n] * (1 - density) + (n > 0 ? probability[n - 1] * density : 0)
      }
    }
    let expected = (0...2 * height).map { n in
      probability.enumerated().reduce(0.0) {
        $0 + $1.element * max(0, costs.leaf * Double(n + $1.offset) - entry.perTap)
      }
    }
    return [0]
      + (1..<2 * height).map { k in
        Float(max(0, expected[k + 1] - 2 * expected[k] + expected[k - 1]))
      }
  }
}
