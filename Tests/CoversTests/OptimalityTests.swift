import Covers
import Tensors
import Testing

/// Covers against the enumeration of all covers of the same tree.
@Suite struct OptimalityTests {
  private static let shapes = [
    (1, 5), (2, 6), (4, 8), (5, 6), (7, 5), (8, 6), (8, 12), (11, 7), (16, 5),
  ]

  @Test(arguments: CostCase.additive)
  func additiveCostsAreOptimal(_ costCase: CostCase) throws {
    for (rows, taps) in Self.shapes {
      for (index, zeros) in [0.0, 0.3, 0.6, 0.9, 1.0].enumerated() {
        let testCase = MatrixCase(
          rows: rows, taps: taps, zeros: zeros, seed: UInt64(rows * 10 + taps + index))
        let matrix = try testCase.matrix()
        for tree in testCase.trees(matrix, costCase.costs) {
          let cover = Cover.exact(matrix, costs: costCase.costs, tree: tree)
          let want = BruteForce(costs: costCase.costs, tree: tree).cheapestAdditive(matrix) {
            _, _ in .infinity
          }
          #expect(
            isClose(cover.predictedCost, want),
            "\(costCase), \(testCase): got \(String(describing: cover.predictedCost)), want \(want)"
          )
        }
      }
    }
  }

  @Test(arguments: CostCase.additive)
  func additiveCostsWithDropsAreOptimal(_ costCase: CostCase) throws {
    for (rows, taps) in Self.shapes {
      for (index, lambda) in [0, 0.5, 2, 100].enumerated() {
        let testCase = MatrixCase(
          rows: rows, taps: taps, zeros: 0.4, seed: UInt64(rows * 10 + taps + index))
        let matrix = try testCase.matrix()
        let prices = DropPrices(lambda: lambda, importance: matrix.values.map { $0 * $0 })
        for tree in testCase.trees(matrix, costCase.costs) {
          let cover = Cover.pruned(matrix, costs: costCase.costs, tree: tree, prices: prices)
          let lost = cover.dropped.reduce(0.0) { $0 + lambda * Double(prices.importance[$1]) }
          let got = cover.predictedCost.map { $0 + lost }
          let want = BruteForce(costs: costCase.costs, tree: tree).cheapestAdditive(matrix) {
            lambda * Double(prices.importance[$0 * taps + $1])
          }
          #expect(
            isClose(got, want),
            "\(costCase), \(testCase), λ \(lambda): got \(String(describing: got)), want \(want)")
        }
      }
    }
  }

  /// The design's goal is a mean gap of 2 %. A single small matrix may be worse: one segment more or
  /// less, or one padded block, is a large part of a cover of a few taps.
  @Test(arguments: CostCase.nonAdditive)
  func startUpAndRoundingStayNearTheOptimum(_ costCase: CostCase) throws {
    var gaps: [(gap: Double, testCase: MatrixCase)] = []
    for (rows, taps, seeds) in [(4, 5, 12), (4, 9, 8), (8, 5, 5), (6, 5, 8)] {
      for zeros in [0.3, 0.5, 0.7, 0.9] {
        for seed in 0..<seeds {
          let testCase = MatrixCase(rows: rows, taps: taps, zeros: zeros, seed: UInt64(seed))
          let matrix = try testCase.matrix()
          guard matrix.nonZeroCount > 0 else { continue }
          let tree = RowTree.natural(rows: rows, rootHeight: costCase.costs.rootHeight)
          let cover = Cover.exact(matrix, costs: costCase.costs, tree: tree)
          let want = BruteForce(costs: costCase.costs, tree: tree).cheapest(matrix)
          let gap = try #require(cover.predictedCost) / want - 1
          #expect(gap >= -1e-9, "\(costCase), \(testCase): below the optimum of \(want)")
          gaps.append((gap, testCase))
        }
      }
    }
    let mean = gaps.reduce(0) { $0 + $1.gap } / Double(gaps.count)
    let worst = try #require(gaps.max { $0.gap < $1.gap })
    print(
      "\(costCase): gap to the optimum \(percent(mean)) mean, \(percent(worst.gap)) worst"
        + " (\(worst.testCase))")
    #expect(mean <= 0.02, "\(costCase): mean gap \(percent(mean))")
    #expect(worst.gap <= 0.3, "\(costCase), \(worst.testCase): gap \(percent(worst.gap))")
  }

  private func percent(_ ratio: Double) -> String {
    "\((ratio * 10000).rounded() / 100) %"
  }

  private func isClose(_ got: Double?, _ want: Double) -> Bool {
    got.map { abs($0 - want) <= 1e-9 * max(1, want) } ?? false
  }
}
