import Covers
import Testing

@Suite struct CoverSearchTests {
  @Test(arguments: CostCase.all)
  func searchesAreNoDearerThanTheirStarts(_ costCase: CostCase) throws {
    let costs = costCase.costs
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      let found = CoverSearch()(matrix, costs: costs)
      let label = "\(costCase), \(testCase)"
      expectEqualBits(found.cover.multipliedOut(), matrix, label)
      #expect(found.cover == Cover.exact(matrix, costs: costs, tree: found.tree), "\(label)")
      #expect(found.cost == found.cover.predictedCost, "\(label)")
      for tree in testCase.trees(matrix, costs) {
        let start = Cover.exact(matrix, costs: costs, tree: tree).cost(nil, costs: costs)
        #expect(found.cost <= start, "\(label): \(found.cost) above \(start)")
      }
    }
  }

  @Test(arguments: CostCase.all, [false, true])
  func prunedSearchesAreNoDearerThanTheirStarts(_ costCase: CostCase, hasGains: Bool) throws {
    let costs = costCase.costs
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      for lambda in [0, 1, 4, 1e9] {
        let prices = matrix.prices(lambda: lambda, hasGains: hasGains)
        let found = CoverSearch()(matrix, costs: costs, prices: prices)
        let label = "\(costCase), \(testCase), λ \(lambda)"
        var values = matrix.values
        for index in found.cover.dropped { values[index] = 0 }
        let kept = try FilterMatrix(rows: matrix.rows, taps: matrix.taps, values: values)
        expectEqualBits(found.cover.multipliedOut(), kept, label)
        let greedy = RowTree.greedy(matrix, costs: costs, prices: prices)
        for tree in [greedy, .natural(rows: matrix.rows, rootHeight: costs.rootHeight)] {
          let start = Cover.pruned(matrix, costs: costs, tree: tree, prices: prices).cost(
            prices, costs: costs)
          #expect(found.cost <= start, "\(label): \(found.cost) above \(start)")
        }
        #expect(found == CoverSearch()(matrix, costs: costs, prices: prices), "\(label)")
      }
    }
  }

  /// A tree of what was kept may be better, and is never taken when it is not.
  @Test func droppingLeadsToOtherPairs() throws {
    let costs = CoverCosts(
      leaf: 1, heights: [.init(height: 2, perTap: 1.6), .init(height: 4, perTap: 2.4)])
    var improved = 0
    for seed in UInt64(0)..<8 {
      let testCase = MatrixCase(rows: 48, taps: 60, zeros: 0.8, seed: seed)
      let matrix = try testCase.matrix()
      let prices = DropPrices(lambda: 6, importance: matrix.values.map { $0 * $0 })
      var search = CoverSearch()
      search.refinementWork = 0
      let again = search(matrix, costs: costs, prices: prices).cost
      search.rounds = 0
      let once = search(matrix, costs: costs, prices: prices).cost
      #expect(again <= once, "\(testCase)")
      if again < once { improved += 1 }
    }
    #expect(improved > 0)
  }
}
