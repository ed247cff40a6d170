internal import Covers

extension LayerPruning {
  /// Searches a tree for each filter matrix of a layer, and prunes them together down to its floor.
  ///
  /// Where the floor binds, fewer weights are dropped than the trees were made for. Trees are then
  /// made again for the prices that the floor leaves, and the cheaper layer is taken.
  static func searched(
    _ parts: [(matrix: FilterMatrix, prices: DropPrices)], costs: LayerCosts, search: CoverSearch
  ) -> LayerPruning {
    func pruned(costScale: Double) -> LayerPruning {
      LayerPruning(
        parts.map { matrix, prices in
          let lambda = min(prices.lambda / costScale, .greatestFiniteMagnitude)
          let scaled = costScale > 0 ? prices.with(lambda: lambda) : nil
          let found = search(matrix, costs: costs.covers, prices: scaled)
          return Part(matrix: matrix, tree: found.tree, prices: prices)
        }, costs: costs.covers, floor: costs.floor)
    }
    let first = pruned(costScale: 1)
    guard first.costScale < 1 else { return first }
    let again = pruned(costScale: first.costScale)
    return again.cost < first.cost ? again : first
  }
}
