/// Searches a tree and its cover together.
///
/// The tree decides which weights are cheap, and prices then which are kept; among what is kept other
/// rows may belong together. So a tree is made, a cover pruned with it, a tree made of what that keeps,
/// and so on while the cost, time and prices, falls. All covers are those of the whole matrix: a weight
/// that one tree dropped may be kept with the next. Rows are paired with and without the saving that is
/// expected at the heights to come, and the filters' own order is tried. At last the cheapest tree is
/// refined.
package struct CoverSearch: Hashable, Sendable {
  /// The trees that are made of what is kept, at most.
  package var rounds = 3
  /// The work of ``RowTree/refined(_:costs:prices:work:sampleLimit:)``; 0 leaves trees as they were
  /// paired.
  package var refinementWork = RowTree.standardRefinementWork

  package init() {}

  /// A cover with the tree that it is of.
  package struct Result: Hashable, Sendable {
    package var tree: RowTree
    package var cover: Cover
    /// The time of the cover, and the price of what it drops, less what its filled slots may win back.
    package var cost: Double
  }

  /// Finds a cover; an exact one where `prices` is nil.
  ///
  /// It never costs more than that of the filters' own order, nor than that of the greedy tree.
  ///
  /// - Precondition: `prices` has an importance for each weight.
  package func callAsFunction(
    _ matrix: FilterMatrix, costs: CoverCosts, prices: DropPrices? = nil
  ) -> Result {
    func result(_ tree: RowTree) -> Result {
      let cover =
        prices.map { Cover.pruned(matrix, costs: costs, tree: tree, prices: $0) }
        ?? Cover.exact(matrix, costs: costs, tree: tree)
      return Result(tree: tree, cover: cover, cost: cover.cost(prices, costs: costs))
    }
    func paired(_ matrix: FilterMatrix) -> Result {
      let plain = result(.greedy(matrix, costs: costs, prices: prices, pairing: .plain))
      let greedy = result(.greedy(matrix, costs: costs, prices: prices))
      return plain.cost < greedy.cost ? plain : greedy
    }
    var best = paired(matrix)
    let natural = result(.natural(rows: matrix.rows, rootHeight: costs.rootHeight))
    if natural.cost < best.cost { best = natural }
    for _ in 0..<(prices == nil ? 0 : rounds) {
      let next = paired(best.cover.multipliedOut())
      guard next.cost < best.cost else { break }
      best = next
    }
    guard refinementWork > 0 else { return best }
    let refined = result(
      best.tree.refined(matrix, costs: costs, prices: prices, work: refinementWork))
    return refined.cost < best.cost ? refined : best
  }
}
