package import Covers

/// The entries of a filter matrix that may be other than zero, and the row groups that share taps.
package struct KeptEntries: Hashable, Sendable {
  package let rows: Int
  package let taps: Int
  /// The filter at each position; a row group is a range of positions.
  package let order: [Int]
  package let rootGroups: [Range<Int>]
  /// Row-major.
  private var isKept: [Bool]

  /// The weights of a cover.
  ///
  /// - Parameter fillsSlots: whether filled slots are kept entries too: the segment pays for them
  ///   anyway. Otherwise they stay zero.
  package init(_ cover: Cover, fillsSlots: Bool) {
    rows = cover.rows
    taps = cover.taps
    order = cover.order
    rootGroups = cover.rootGroups
    isKept = [Bool](repeating: false, count: cover.rows * cover.taps)
    for segment in cover.segments {
      for (t, tap) in segment.taps.enumerated() {
        for r in 0..<segment.height
        where fillsSlots || segment.weights[t * segment.height + r] != 0 {
          isKept[cover.order[segment.firstRow + r] * taps + Int(tap)] = true
        }
      }
    }
    for (position, leaves) in cover.leavesByRow.enumerated() {
      for leaf in leaves { isKept[cover.order[position] * taps + Int(leaf.tap)] = true }
    }
  }

  /// The weights of a matrix that are not zero; no rows are grouped.
  package init(nonZerosOf matrix: FilterMatrix) {
    rows = matrix.rows
    taps = matrix.taps
    order = Array(0..<matrix.rows)
    rootGroups = RowTree.rootGroups(rows: matrix.rows, rootHeight: 1)
    isKept = matrix.values.map { $0 != 0 }
  }

  package subscript(row: Int, tap: Int) -> Bool { isKept[row * taps + tap] }
}
