extension RowTree {
  /// The work of ``refined(_:costs:prices:work:sampleLimit:)`` that nobody waits long for.
  package static let standardRefinementWork = 1 << 30

  /// Exchanges rows, and row groups of equal height, within and across root groups while that pays.
  ///
  /// What counts is the cover that the program finds: its time, start-up and rounding included, and
  /// the price of the weights that it drops. A pass looks at all two row groups of one height and tries
  /// the exchanges that promise most. The tree never costs more than before, and is the same for the
  /// same arguments, however fast the machine is.
  ///
  /// - Parameters:
  ///   - prices: those of ``Cover/pruned(_:costs:tree:prices:)``; nil for exact covers.
  ///   - work: values of the program that are computed at most, besides those of one cover and of the
  ///     last exchange.
  ///   - sampleLimit: of more weights than this, some taps are left out of the estimates.
  /// - Precondition: the tree has the rows of `matrix`, and its root groups are those of `costs`.
  /// - Complexity: O(M²K) for each of at most ``TreeSwaps/maximumPasses`` passes, up to `work`.
  package func refined(
    _ matrix: FilterMatrix, costs: CoverCosts, prices: DropPrices? = nil,
    work: Int = standardRefinementWork, sampleLimit: Int = 10_000_000
  ) -> RowTree {
    precondition(order.count == matrix.rows, "a tree of \(order.count) rows")
    let groups = Self.rootGroups(rows: matrix.rows, rootHeight: costs.rootHeight)
    precondition(rootGroups == groups, "root groups of another height than \(costs.rootHeight)")
    guard costs.rootHeight > 1, matrix.rows > 2, matrix.nonZeroCount > 0, work > 0 else {
      return self
    }
    var swaps = TreeSwaps(
      self, matrix, costs: costs, prices: prices, work: work, sampleLimit: sampleLimit)
    swaps.run()
    return RowTree(order: swaps.order, rootHeight: costs.rootHeight)
  }
}
