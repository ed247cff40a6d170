/// A row group × its tap list, stored dense; absent weights are zero (*filled* slots).
package struct Segment: Hashable, Sendable {
  /// The position of its first row in ``Cover/order``.
  package let firstRow: Int
  /// The number of rows, a power of two.
  package let height: Int
  /// The taps, ascending.
  package let taps: [Int32]
  /// The weights, tap-major: the weight of tap t and row r is at `t * height + r`.
  package let weights: [Float]

  package init(firstRow: Int, height: Int, taps: [Int32], weights: [Float]) {
    precondition(height >= 1 && height.nonzeroBitCount == 1, "segment of \(height) rows")
    precondition(weights.count == taps.count * height, "\(weights.count) weights")
    self.firstRow = firstRow
    self.height = height
    self.taps = taps
    self.weights = weights
  }

  /// The positions of its rows in ``Cover/order``.
  package var rows: Range<Int> { firstRow..<firstRow + height }
}

/// A single non-zero weight outside all segments.
package struct Leaf: Hashable, Sendable {
  package let tap: Int32
  package let weight: Float

  package init(tap: Int32, weight: Float) {
    self.tap = tap
    self.weight = weight
  }
}

/// The segments and leaves that together represent a filter matrix, each entry once.
///
/// Rows are permuted: position p of the cover is filter `order[p]`. Every row group is a contiguous
/// range of positions that starts at a multiple of its height.
package struct Cover: Hashable, Sendable {
  /// M, the number of filters.
  package let rows: Int
  /// K, the number of taps.
  package let taps: Int
  /// The filter at each position.
  package let order: [Int]
  /// The root groups as ranges of positions, ascending; every position is in exactly one.
  package let rootGroups: [Range<Int>]
  /// The segments by root group, in each by descending height, then by first row.
  package let segments: [Segment]
  /// For each root group the range of its segments in ``segments``.
  package let segmentRanges: [Range<Int>]
  /// For each position the leaves of its row, by ascending tap.
  package let leavesByRow: [[Leaf]]
  /// The weights that were dropped, as ascending indices `filter · taps + tap` into the filter
  /// matrix; none in an exact cover, and in one that has forgotten them.
  package private(set) var dropped: [Int]
  /// The time that the cover takes by the costs it was made for; nil where it was made without, or
  /// has segments of a height that they do not list.
  package let predictedCost: Double?

  /// Sorts the segments and records their ranges.
  ///
  /// - Precondition: every segment lies in one root group.
  package init(
    rows: Int, taps: Int, order: [Int], rootGroups: [Range<Int>], segments: [Segment],
    leavesByRow: [[Leaf]], dropped: [Int] = [], costs: CoverCosts? = nil
  ) {
    self.rows = rows
    self.taps = taps
    self.order = order
    self.rootGroups = rootGroups
    self.leavesByRow = leavesByRow
    self.dropped = dropped
    var sorted: [Segment] = []
    sorted.reserveCapacity(segments.count)
    var ranges: [Range<Int>] = []
    let ascending = segments.sorted { $0.firstRow < $1.firstRow }
    var next = 0
    for group in rootGroups {
      let first = next
      while next < ascending.count, ascending[next].firstRow < group.upperBound {
        precondition(ascending[next].rows.upperBound <= group.upperBound, "segment across groups")
        next += 1
      }
      sorted += ascending[first..<next].sorted {
        ($1.height, $0.firstRow) < ($0.height, $1.firstRow)
      }
      ranges.append(first..<next)
    }
    precondition(next == ascending.count, "segment outside all root groups")
    self.segments = sorted
    self.segmentRanges = ranges
    self.predictedCost = costs?.time(segments: sorted, leavesByRow: leavesByRow)
  }

  /// The same without ``dropped``, which may take more memory than all else.
  package func forgettingDropped() -> Cover {
    var cover = self
    cover.dropped = []
    return cover
  }

  /// The filter matrix that the cover represents: the original, less the dropped weights.
  ///
  /// - Complexity: O(M·K).
  package func multipliedOut() -> FilterMatrix {
    var values = [Float](repeating: 0, count: rows * taps)
    for segment in segments {
      for (t, tap) in segment.taps.enumerated() {
        for r in 0..<segment.height {
          values[order[segment.firstRow + r] * taps + Int(tap)] +=
            segment.weights[t * segment.height + r]
        }
      }
    }
    for (position, leaves) in leavesByRow.enumerated() {
      for leaf in leaves { values[order[position] * taps + Int(leaf.tap)] += leaf.weight }
    }
    return FilterMatrix(trusted: values, rows: rows, taps: taps)
  }
}

extension Cover {
  /// What a cover is made of.
  package struct Statistics: Hashable, Sendable {
    /// The segments of one height.
    package struct Height: Hashable, Sendable {
      package let height: Int
      package var segmentCount: Int
      /// The taps of all of them together.
      package var tapCount: Int
    }

    /// The heights that occur, descending.
    package let heights: [Height]
    /// The single weights outside all segments.
    package let leafCount: Int
    /// The entries of all segments.
    package let slotCount: Int
    /// The slots whose weight is zero.
    package let filledSlotCount: Int
  }

  /// Counts segments, slots and leaves.
  ///
  /// - Complexity: O(slots + M).
  package var statistics: Statistics {
    var byHeight: [Int: Statistics.Height] = [:]
    var slotCount = 0
    for segment in segments {
      var entry =
        byHeight[segment.height]
        ?? Statistics.Height(height: segment.height, segmentCount: 0, tapCount: 0)
      entry.segmentCount += 1
      entry.tapCount += segment.taps.count
      byHeight[segment.height] = entry
      slotCount += segment.weights.count
    }
    return Statistics(
      heights: byHeight.values.sorted { $0.height > $1.height },
      leafCount: leavesByRow.reduce(0) { $0 + $1.count },
      slotCount: slotCount, filledSlotCount: filledSlots)
  }

  /// The segment slots whose weight is zero.
  package var filledSlots: Int {
    segments.reduce(0) { $0 + $1.weights.count { $0 == 0 } }
  }
}

extension CoverCosts {
  /// The time of segments and leaves, start-up and rounding in every chunk included; nil where a
  /// segment has a height that is not listed.
  ///
  /// The taps of a segment of one row, zero or not, cost what its leaves would.
  package func time(segments: [Segment], leavesByRow: [[Leaf]]) -> Double? {
    var total = 0.0
    for segment in segments {
      let entry = entry(height: segment.height)
      if entry == nil, segment.height > 1 { return nil }
      forEachChunk(of: segment.taps.lazy.map(Int.init)) { tapCount in
        total += entry?.time(tapCount: tapCount) ?? time(leafCount: tapCount)
      }
    }
    for leaves in leavesByRow {
      forEachChunk(of: leaves.lazy.map { Int($0.tap) }) { total += time(leafCount: $0) }
    }
    return total
  }

  /// Calls `body` with the number of taps in each chunk that has any.
  private func forEachChunk(of taps: some Sequence<Int>, _ body: (Int) -> Void) {
    var chunk = -1
    var count = 0
    for tap in taps {
      if tap / tapsPerChunk != chunk {
        if count > 0 { body(count) }
        chunk = tap / tapsPerChunk
        count = 0
      }
      count += 1
    }
    if count > 0 { body(count) }
  }
}
