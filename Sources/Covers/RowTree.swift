/// A binary tree over the filters, as a permutation of them.
///
/// Rows are ordered so that every node, a row group, is a contiguous range of positions: a root
/// group of H rows has the row groups of H/2, H/4, …, 1 rows that start at multiples of their height.
/// Where M is no multiple of the greatest height, smaller root groups follow, one for each set bit
/// of the remainder.
package struct RowTree: Hashable, Sendable {
  /// The filter at each position.
  package let order: [Int]
  /// The root groups as ranges of positions, ascending and by descending height.
  package let rootGroups: [Range<Int>]

  /// - Precondition: `order` is a permutation and `rootHeight` a power of two.
  init(order: [Int], rootHeight: Int) {
    self.order = order
    self.rootGroups = Self.rootGroups(rows: order.count, rootHeight: rootHeight)
  }

  /// The tree that leaves the filters in their own order.
  package static func natural(rows: Int, rootHeight: Int) -> RowTree {
    RowTree(order: Array(0..<rows), rootHeight: rootHeight)
  }

  /// The root groups of `rows` positions: as many of `rootHeight` rows as fit, then the binary
  /// decomposition of the rest.
  package static func rootGroups(rows: Int, rootHeight: Int) -> [Range<Int>] {
    precondition(rootHeight >= 1 && rootHeight.nonzeroBitCount == 1, "root height \(rootHeight)")
    var groups: [Range<Int>] = []
    var first = 0
    var height = rootHeight
    while first < rows {
      while height > rows - first { height /= 2 }
      groups.append(first..<first + height)
      first += height
    }
    return groups
  }
}
