import Covers
import Tensors
import Testing

extension MatrixCase {
  /// The natural and the greedy tree of a matrix.
  func trees(_ matrix: FilterMatrix, _ costs: CoverCosts) -> [RowTree] {
    [
      .natural(rows: matrix.rows, rootHeight: costs.rootHeight),
      .greedy(matrix, costs: costs),
    ]
  }
}

extension FilterMatrix {
  /// Squares as importances and, if asked for, gains of slots: some of them greater than what a tap takes,
  /// and some at entries that are not zero, where they mean nothing.
  func prices(lambda: Double, hasGains: Bool) -> DropPrices {
    var generator = SplitMix64(seed: UInt64(values.count))
    let gains = values.map { _ in
      let gain = generator.uniform()
      return generator.next() % 8 == 0 ? 3 * abs(gain) : 0.3 * gain * gain
    }
    return DropPrices(
      lambda: lambda, importance: values.map { $0 * $0 }, slotGains: hasGains ? gains : nil)
  }
}

/// Expects the same weights, bit for bit.
func expectEqualBits(_ got: FilterMatrix, _ want: FilterMatrix, _ label: String) {
  #expect(got.rows == want.rows && got.taps == want.taps, "\(label)")
  let index = zip(got.values, want.values).enumerated().first {
    $1.0.bitPattern != $1.1.bitPattern
  }?.offset
  if let index {
    Issue.record(
      "\(label): weight \(index) is \(got.values[index]), want \(want.values[index])")
  }
  #expect(got.nonZeroCount == want.nonZeroCount, "\(label)")
}

/// Expects a cover in the order that its documentation promises, in which each entry occurs once.
func expectWellFormed(_ cover: Cover, _ matrix: FilterMatrix, heights: [Int], _ label: String) {
  #expect(cover.order.sorted() == Array(0..<matrix.rows), "\(label): order is no permutation")
  #expect(cover.rootGroups.flatMap { Array($0) } == Array(0..<matrix.rows), "\(label)")
  #expect(cover.segmentRanges.count == cover.rootGroups.count, "\(label)")
  #expect(cover.segmentRanges.flatMap { Array($0) } == Array(cover.segments.indices), "\(label)")
  #expect(cover.leavesByRow.count == matrix.rows, "\(label)")
  var uses = [Int](repeating: 0, count: matrix.values.count)
  for (group, range) in zip(cover.rootGroups, cover.segmentRanges) {
    let segments = cover.segments[range]
    for segment in segments {
      #expect(heights.contains(segment.height), "\(label): height \(segment.height)")
      #expect(segment.firstRow % segment.height == 0, "\(label): \(segment.rows) is unaligned")
      #expect(
        segment.firstRow >= group.lowerBound
          && segment.firstRow + segment.height <= group.upperBound,
        "\(label): \(segment.rows) is not in \(group)")
      #expect(!segment.taps.isEmpty, "\(label): \(segment.rows) has no taps")
      #expect(zip(segment.taps, segment.taps.dropFirst()).allSatisfy { $0 < $1 }, "\(label)")
      for tap in segment.taps {
        for position in segment.rows { uses[cover.order[position] * matrix.taps + Int(tap)] += 1 }
      }
    }
    #expect(
      zip(segments, segments.dropFirst()).allSatisfy {
        $0.height > $1.height || $0.height == $1.height && $0.firstRow < $1.firstRow
      }, "\(label): segments of \(group) are out of order")
  }
  for (position, leaves) in cover.leavesByRow.enumerated() {
    #expect(zip(leaves, leaves.dropFirst()).allSatisfy { $0.tap < $1.tap }, "\(label)")
    for leaf in leaves {
      #expect(leaf.weight != 0, "\(label): a leaf without a weight")
      uses[cover.order[position] * matrix.taps + Int(leaf.tap)] += 1
    }
  }
  let wrong = uses.indices.first { uses[$0] > 1 || uses[$0] == 0 && matrix.values[$0] != 0 }
  if let wrong { Issue.record("\(label): weight \(wrong) occurs \(uses[wrong]) times") }
}

/// Expects the predicted time to be what the definition of ``CoverCosts`` says.
func expectPredictedTime(_ cover: Cover, _ costs: CoverCosts, _ label: String) {
  var want = 0.0
  for segment in cover.segments {
    guard let entry = costs.heights.first(where: { $0.height == segment.height }) else { continue }
    for taps in Dictionary(grouping: segment.taps, by: { Int($0) / costs.tapsPerChunk }).values {
      let blocks = (Double(taps.count) / Double(entry.rounding)).rounded(.up)
      want += entry.startUp + entry.perTap * blocks * Double(entry.rounding)
    }
  }
  for leaves in cover.leavesByRow {
    for chunk in Dictionary(grouping: leaves, by: { Int($0.tap) / costs.tapsPerChunk }).values {
      want += costs.rowStartUp + costs.leaf * Double(chunk.count)
    }
  }
  guard let got = cover.predictedCost, abs(got - want) <= 1e-9 * max(1, want) else {
    Issue.record("\(label): predicted \(String(describing: cover.predictedCost)), want \(want)")
    return
  }
}
