extension RowTree {
  /// Pairs rows, then pairs of rows, and so on, by the time that each pairing saves.
  ///
  /// At a height V where segments pay, pairing the groups A and B saves
  ///
  ///     Σⱼ max(0, value(A, j) + value(B, j) − c_V)
  ///
  /// by the values of the dynamic program. Below the smallest height that pays, V₀, it is scored by
  /// how much it raises the saving expected at V₀ (see ``LevelSets``); with prices, by the time saved
  /// if smaller row groups were segments that take c_V₀ for a tap, where that tells any apart. After
  /// each level partners are swapped while that pays.
  /// Filters in excess of a multiple of the root height are those that pair worst.
  ///
  /// Without heights to pay for, or with more than ``maximumRowCount`` filters, the tree is the natural
  /// one.
  ///
  /// - Parameters:
  ///   - prices: those by which weights may be dropped, so that rows pair by what is worth its time.
  ///   - sampleLimit: of more weights than this, some taps are left out, by a seeded choice.
  /// - Complexity: O(M²K) operations for values, M²K / 64 at the level of single rows.
  package static func greedy(
    _ matrix: FilterMatrix, costs: CoverCosts, prices: DropPrices? = nil,
    pairing: Pairing = Pairing(), sampleLimit: Int = 10_000_000
  ) -> RowTree {
    let rootHeight = costs.rootHeight
    guard rootHeight > 1, matrix.rows > 1, matrix.rows <= maximumRowCount else {
      return natural(rows: matrix.rows, rootHeight: rootHeight)
    }
    var level = TreeLevel(matrix, costs: costs, prices: prices, sampleLimit: sampleLimit)
    var excess: [[Int]] = []
    while level.height < rootHeight, !level.groups.isEmpty {
      if let left = level.pair(pairing) { excess.append(left) }
    }
    return RowTree(
      order: level.groups.flatMap { $0 } + excess.reversed().flatMap { $0 }, rootHeight: rootHeight)
  }

  /// The most filters that are paired: far above any real layer.
  static let maximumRowCount = 1 << 14

  /// Row groups are paired within blocks of this many, which bounds the memory for scores.
  static let maximumBlockCount = 2048
}
