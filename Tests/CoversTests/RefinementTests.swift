import Covers
import Tensors
import Testing

/// Exchanges of row groups after pairing.
@Suite struct RefinementTests {
  /// Exact covers, and pruned ones with these λ.
  private static let lambdas: [Double?] = [nil, 0.5, 3]

  private func prices(
    _ matrix: FilterMatrix, _ lambda: Double?, hasGains: Bool = false
  ) -> DropPrices? {
    lambda.map { matrix.prices(lambda: $0, hasGains: hasGains) }
  }

  private func cost(
    _ matrix: FilterMatrix, _ costs: CoverCosts, _ tree: RowTree, _ prices: DropPrices?
  ) -> Double {
    let cover =
      prices.map { Cover.pruned(matrix, costs: costs, tree: tree, prices: $0) }
      ?? Cover.exact(matrix, costs: costs, tree: tree)
    return cover.cost(prices, costs: costs)
  }

  @Test(arguments: CostCase.all, [false, true])
  func refinedTreesNeverCostMore(_ costCase: CostCase, hasGains: Bool) throws {
    let costs = costCase.costs
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      for lambda in Self.lambdas {
        let prices = prices(matrix, lambda, hasGains: hasGains)
        for tree in testCase.trees(matrix, costs) {
          let refined = tree.refined(matrix, costs: costs, prices: prices)
          let label = "\(costCase), \(testCase), λ \(String(describing: lambda))"
          #expect(refined.order.sorted() == Array(0..<matrix.rows), "\(label)")
          #expect(refined.rootGroups == tree.rootGroups, "\(label)")
          let (before, after) = (
            cost(matrix, costs, tree, prices), cost(matrix, costs, refined, prices)
          )
          #expect(after <= before * (1 + 1e-9), "\(label): \(after) after \(before)")
          #expect(
            refined == tree.refined(matrix, costs: costs, prices: prices), "\(label): another tree")
        }
      }
    }
  }

  @Test(arguments: CostCase.all)
  func coversOfRefinedTreesAreTheMatrix(_ costCase: CostCase) throws {
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      let tree = RowTree.natural(rows: matrix.rows, rootHeight: costCase.costs.rootHeight)
        .refined(matrix, costs: costCase.costs)
      let cover = Cover.exact(matrix, costs: costCase.costs, tree: tree)
      let label = "\(costCase), \(testCase)"
      expectEqualBits(cover.multipliedOut(), matrix, label)
      expectWellFormed(cover, matrix, heights: costCase.costs.heights.map(\.height), label)
    }
  }

  /// Groups of rows with the same taps, and two rows, or two pairs, of different groups exchanged.
  @Test(arguments: [1, 2, 4])
  func oneExchangeIsUndone(_ exchanged: Int) throws {
    let costs = CoverCosts(
      leaf: 1, rowStartUp: 0.5,
      heights: [
        .init(height: 2, perTap: 1.6, startUp: 1), .init(height: 4, perTap: 2.7, startUp: 2),
        .init(height: 8, perTap: 4.5, startUp: 3, rounding: 2),
      ])
    let (rows, taps) = (32, 90)
    for seed in UInt64(0)..<8 {
      var generator = SplitMix64(seed: seed)
      var values = [Float](repeating: 0, count: rows * taps)
      for group in 0..<rows / 8 {
        for tap in 0..<taps where generator.next() % 5 == 0 {
          for row in group * 8..<group * 8 + 8 { values[row * taps + tap] = 1 }
        }
      }
      let planted = try FilterMatrix(rows: rows, taps: taps, values: values)
      for offset in 0..<exchanged {
        for tap in 0..<taps { values.swapAt((8 + offset) * taps + tap, (24 + offset) * taps + tap) }
      }
      let matrix = try FilterMatrix(rows: rows, taps: taps, values: values)
      let natural = RowTree.natural(rows: rows, rootHeight: 8)
      let want = cost(planted, costs, natural, nil)
      #expect(cost(matrix, costs, natural, nil) > want)
      let got = cost(matrix, costs, natural.refined(matrix, costs: costs), nil)
      #expect(got <= want * (1 + 1e-9), "\(exchanged) rows, seed \(seed): \(got), want \(want)")
    }
  }

  /// Where pairing works by expectations for two levels, exchanges across root groups find more.
  @Test(arguments: [1, 4])
  func greedyTreesAreRefinedAcrossRootGroups(_ rounding: Int) throws {
    let costs = CoverCosts(
      leaf: 3,
      heights: [
        .init(height: 4, perTap: 3, rounding: rounding),
        .init(height: 8, perTap: 4, rounding: rounding),
      ])
    for seed in UInt64(0)..<8 {
      let testCase = MatrixCase(rows: 48, taps: 60, zeros: 0.8, seed: seed)
      let matrix = try testCase.matrix()
      let greedy = RowTree.greedy(matrix, costs: costs)
      let refined = greedy.refined(matrix, costs: costs)
      #expect(
        cost(matrix, costs, refined, nil) < cost(matrix, costs, greedy, nil), "\(testCase)")
    }
  }

  @Test func workIsBounded() throws {
    let costs = CoverCosts(leaf: 1, heights: [.init(height: 4, perTap: 2.4)])
    let testCase = MatrixCase(rows: 40, taps: 60, zeros: 0.5, seed: 3)
    let matrix = try testCase.matrix()
    let natural = RowTree.natural(rows: 40, rootHeight: 4)
    #expect(natural.refined(matrix, costs: costs, work: 0) == natural)
    let steps = [1 << 15, 1 << 18, 1 << 30].map {
      cost(matrix, costs, natural.refined(matrix, costs: costs, work: $0), nil)
    }
    #expect(steps[0] < cost(matrix, costs, natural, nil), "\(steps)")
    #expect(steps[1] < steps[0] && steps[2] < steps[1], "\(steps)")
  }

  /// Estimates from some of the taps still find exchanges that pay.
  @Test func largeMatricesAreSampled() throws {
    let costs = CoverCosts(
      leaf: 1, heights: [.init(height: 2, perTap: 1.5, startUp: 3)], tapsPerChunk: 90)
    let testCase = MatrixCase(rows: 60, taps: 400, zeros: 0.6, seed: 1)
    let matrix = try testCase.matrix()
    let natural = RowTree.natural(rows: 60, rootHeight: 2)
    let sampled = natural.refined(matrix, costs: costs, sampleLimit: 60 * 100)
    #expect(sampled != natural.refined(matrix, costs: costs), "nothing was left out")
    #expect(cost(matrix, costs, sampled, nil) < cost(matrix, costs, natural, nil))
  }

  /// Against the best of all trees of eight rows in two root groups.
  @Test(arguments: [
    CoverCosts(
      leaf: 1, heights: [.init(height: 2, perTap: 1.6), .init(height: 4, perTap: 2.4)]),
    CoverCosts(leaf: 1, heights: [.init(height: 4, perTap: 2)]),
    CoverCosts(
      leaf: 1, rowStartUp: 0.5,
      heights: [
        .init(height: 2, perTap: 1.3, startUp: 1), .init(height: 4, perTap: 2, startUp: 2),
      ]),
  ])
  func refinedTreesAreNearTheBest(_ costs: CoverCosts) throws {
    var gaps: [Double] = []
    for seed in UInt64(0)..<24 {
      let zeros = [0.4, 0.6, 0.8][Int(seed) % 3]
      let testCase = MatrixCase(rows: 8, taps: 24, zeros: zeros, seed: seed)
      let matrix = try testCase.matrix()
      let natural = RowTree.natural(rows: 8, rootHeight: 4)
      let want = try Self.treesOfEightRows.reduce(.infinity) {
        let reordered = try FilterMatrix(
          rows: 8, taps: 24, values: $1.flatMap { row in (0..<24).map { matrix[row, $0] } })
        return min($0, cost(reordered, costs, natural, nil))
      }
      let tree = RowTree.greedy(matrix, costs: costs).refined(matrix, costs: costs)
      let gap = cost(matrix, costs, tree, nil) / want - 1
      #expect(gap >= -1e-9, "\(testCase): below the best tree")
      gaps.append(gap)
    }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    print("gap to the best tree: \(mean) mean, \(gaps.max() ?? 0) worst")
    #expect(mean <= 0.01)
    #expect(gaps.allSatisfy { $0 <= 0.08 }, "\(gaps)")
  }

  /// The orders of eight rows that are different trees of two root groups.
  private static let treesOfEightRows: [[Int]] = {
    func pairings(_ group: [Int]) -> [[Int]] {
      (1...3).map { partner in
        let others = (1...3).filter { $0 != partner }
        return ([0, partner] + others).map { group[$0] }
      }
    }
    var trees: [[Int]] = []
    for mask in 0..<1 << 8 where mask.nonzeroBitCount == 4 && mask & 1 == 1 {
      let (first, second) = (
        (0..<8).filter { mask >> $0 & 1 == 1 }, (0..<8).filter { mask >> $0 & 1 == 0 }
      )
      for left in pairings(first) { trees += pairings(second).map { left + $0 } }
    }
    return trees
  }()
}
