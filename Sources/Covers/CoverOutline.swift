package import Tensors

/// What distinguishes the exact covers of a filter matrix: the order of its rows and the taps of the segments.
///
/// The weights are those of the matrix, and leaves are the weights that no segment has.
package struct CoverOutline: Hashable, Sendable {
  /// A segment without its weights.
  package struct Segment: Hashable, Sendable {
    /// As in ``Segment``, of which a cover has the weights too.
    package var firstRow: Int
    package var height: Int
    package var taps: [Int32]

    package init(firstRow: Int, height: Int, taps: [Int32]) {
      self.firstRow = firstRow
      self.height = height
      self.taps = taps
    }
  }

  /// The filter at each position.
  package var order: [Int]
  /// The rows of the first root group; the others follow, as ``RowTree/rootGroups(rows:rootHeight:)`` says.
  package var rootHeight: Int
  package var segments: [Segment]

  package init(order: [Int], rootHeight: Int, segments: [Segment]) {
    self.order = order
    self.rootHeight = rootHeight
    self.segments = segments
  }

  /// The outline of a cover, as an exact one of what is left without the weights that it dropped:
  /// ``Cover/init(_:of:)`` of ``Cover/multipliedOut()`` gives its segments and leaves back.
  package init(_ cover: Cover) {
    self.init(
      order: cover.order, rootHeight: cover.rootGroups.first?.count ?? 1,
      segments: cover.segments.map {
        Segment(firstRow: $0.firstRow, height: $0.height, taps: $0.taps)
      })
  }
}

extension Cover {
  /// The exact cover of an outline, of which nothing is believed.
  ///
  /// - Throws: `invalidFile` where the outline is that of no cover of the matrix.
  /// - Complexity: O(M·K).
  package init(_ outline: CoverOutline, of matrix: FilterMatrix) throws(HewnError) {
    let order = outline.order
    var isListed = [Bool](repeating: false, count: matrix.rows)
    for filter in order where isListed.indices.contains(filter) { isListed[filter] = true }
    guard order.count == matrix.rows, isListed.allSatisfy(\.self) else {
      throw HewnError(.invalidFile, "a cover whose rows are not those of \(matrix.rows) filters")
    }
    let rootHeight = outline.rootHeight
    guard (1...max(1, matrix.rows)).contains(rootHeight), rootHeight.nonzeroBitCount == 1 else {
      throw HewnError(
        .invalidFile, "a cover of \(matrix.rows) filters in root groups of \(rootHeight)")
    }
    let groups = RowTree.rootGroups(rows: matrix.rows, rootHeight: rootHeight)
    var isCovered = [Bool](repeating: false, count: matrix.values.count)
    for segment in outline.segments {
      try segment.claim(in: groups, taps: matrix.taps, of: &isCovered)
    }
    let leaves = order.enumerated().map { position, filter in
      (0..<matrix.taps).compactMap { tap -> Leaf? in
        let weight = matrix[filter, tap]
        return weight == 0 || isCovered[position * matrix.taps + tap]
          ? nil : Leaf(tap: Int32(tap), weight: weight)
      }
    }
    self.init(
      rows: matrix.rows, taps: matrix.taps, order: order, rootGroups: groups,
      segments: outline.segments.map {
        Segment(
          matrix, order: order, firstRow: $0.firstRow, height: $0.height, taps: $0.taps)
      }, leavesByRow: leaves)
  }
}

extension CoverOutline.Segment {
  /// Marks the slots of the segment, position by position.
  ///
  /// - Throws: `invalidFile` for rows that are no row group of a root group, and for taps that are none, do not
  ///   ascend, or have their slots in another segment.
  fileprivate func claim(
    in groups: [Range<Int>], taps tapCount: Int, of isCovered: inout [Bool]
  ) throws(HewnError) {
    guard height >= 1, height.nonzeroBitCount == 1, let group = groups.range(of: firstRow),
      height <= group.upperBound - firstRow,
      (firstRow - group.lowerBound).isMultiple(of: height)
    else {
      throw HewnError(
        .invalidFile, "a segment of \(height) rows from row \(firstRow) on, which are no row group")
    }
    guard !taps.isEmpty else { throw HewnError(.invalidFile, "a segment without taps") }
    var last = -1
    for tap in taps {
      guard Int(tap) > last, tap < tapCount else {
        throw HewnError(
          .invalidFile, "tap \(tap) after \(last) in a segment of a filter of \(tapCount) taps")
      }
      last = Int(tap)
      for row in firstRow..<firstRow + height {
        guard !isCovered[row * tapCount + last] else {
          throw HewnError(.invalidFile, "tap \(tap) of row \(row) in two segments")
        }
        isCovered[row * tapCount + last] = true
      }
    }
  }
}

extension [Range<Int>] {
  /// The range, of ascending ones, that a number is in.
  fileprivate func range(of number: Int) -> Range<Int>? {
    var (first, end) = (0, count)
    while first < end {
      let middle = (first + end) / 2
      if self[middle].upperBound <= number { first = middle + 1 } else { end = middle }
    }
    return first < count && self[first].contains(number) ? self[first] : nil
  }
}
