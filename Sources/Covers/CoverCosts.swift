/// What the parts of a cover cost in one layer, in nanoseconds for all of the layer's pixel tiles.
///
/// Taps are staged in chunks of ``tapsPerChunk``. In each chunk
///
///     cost(segment of V rows) = f_V + c_V · roundUp(T, rounding_V)     where it has T > 0 taps
///     cost(leaves of a row)   = rowStartUp + c₁ · n                    where it has n > 0 leaves
///
/// and a cover costs the sum over its segments, rows and chunks.
package struct CoverCosts: Hashable, Sendable {
  /// What segments of one height cost.
  package struct HeightCost: Hashable, Sendable {
    /// V, the rows of the segment: a power of two, at least 2.
    package var height: Int
    /// c_V, the time that one tap takes.
    package var perTap: Double
    /// f_V, the time to start a segment in a chunk (on the CPU: to load and store accumulators).
    package var startUp: Double
    /// A segment's taps are padded to a multiple of this.
    package var rounding: Int

    package init(height: Int, perTap: Double, startUp: Double = 0, rounding: Int = 1) {
      precondition(height >= 2 && height.nonzeroBitCount == 1, "segment height \(height)")
      precondition(perTap >= 0 && perTap.isFinite && startUp >= 0 && startUp.isFinite)
      precondition(rounding >= 1, "rounding to \(rounding) taps")
      self.height = height
      self.perTap = perTap
      self.startUp = startUp
      self.rounding = rounding
    }

    /// The time that `tapCount` taps in one chunk take.
    package func time(tapCount: Int) -> Double {
      guard tapCount > 0 else { return 0 }
      return startUp + perTap * Double((tapCount + rounding - 1) / rounding * rounding)
    }
  }

  /// c₁, the time that one leaf takes.
  package var leaf: Double
  /// The time to start a row in a chunk in which it has leaves.
  package var rowStartUp: Double
  /// The heights that the device has, ascending; none where only leaves pay (one pixel per layer).
  package var heights: [HeightCost]
  /// The taps of one staged chunk: tap j belongs to chunk j / tapsPerChunk.
  package var tapsPerChunk: Int

  package init(
    leaf: Double, rowStartUp: Double = 0, heights: [HeightCost], tapsPerChunk: Int = .max
  ) {
    precondition(leaf >= 0 && leaf.isFinite && rowStartUp >= 0 && rowStartUp.isFinite)
    precondition(tapsPerChunk >= 1, "chunks of \(tapsPerChunk) taps")
    precondition(
      zip(heights, heights.dropFirst()).allSatisfy { $0.height < $1.height },
      "segment heights must ascend")
    self.leaf = leaf
    self.rowStartUp = rowStartUp
    self.heights = heights
    self.tapsPerChunk = tapsPerChunk
  }

  /// The height of root groups, the greatest listed; 1 where there is none.
  package var rootHeight: Int { heights.last?.height ?? 1 }

  /// The cost entry of segments of `height` rows, where the device has it.
  package func entry(height: Int) -> HeightCost? { heights.first { $0.height == height } }

  /// The time of `n` leaves of one row in one chunk.
  package func time(leafCount: Int) -> Double {
    leafCount > 0 ? rowStartUp + leaf * Double(leafCount) : 0
  }

  /// The chunks of a filter of `taps` taps, as ranges of taps.
  package func chunks(taps: Int) -> [Range<Int>] {
    guard taps > 0 else { return [] }
    let length = min(tapsPerChunk, taps)
    return stride(from: 0, to: taps, by: length).map { $0..<min($0 + length, taps) }
  }

  /// The costs with all times multiplied by `factor`.
  package func scaled(by factor: Double) -> CoverCosts {
    CoverCosts(
      leaf: leaf * factor, rowStartUp: rowStartUp * factor,
      heights: heights.map {
        HeightCost(
          height: $0.height, perTap: $0.perTap * factor, startUp: $0.startUp * factor,
          rounding: $0.rounding)
      }, tapsPerChunk: tapsPerChunk)
  }

  /// The heights at which a segment can be cheaper than everything below it, ascending.
  package var payingHeights: [Int] {
    var result: [Int] = []
    var cheapest = leaf
    var height = 1
    while height < rootHeight {
      height *= 2
      cheapest *= 2
      if let entry = entry(height: height), entry.perTap < cheapest {
        result.append(height)
        cheapest = entry.perTap
      }
    }
    return result
  }
}
