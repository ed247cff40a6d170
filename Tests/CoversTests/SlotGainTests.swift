import Covers
import Tensors
import Testing

/// Covers that count what filled slots could win back.
@Suite struct SlotGainTests {
  @Test(arguments: CostCase.additive)
  func coversWithGainsAreOptimal(_ costCase: CostCase) throws {
    let shapes = [(1, 5), (2, 6), (4, 8), (5, 6), (8, 6), (8, 12), (11, 7), (16, 5)]
    for (rows, taps) in shapes {
      for (index, lambda) in [0, 0.5, 2, 100].enumerated() {
        let testCase = MatrixCase(
          rows: rows, taps: taps, zeros: 0.4, seed: UInt64(rows * 10 + taps + index), emptyTap: 1)
        let matrix = try testCase.matrix()
        let prices = matrix.prices(lambda: lambda, hasGains: true)
        let gains = try #require(prices.slotGains)
        for tree in testCase.trees(matrix, costCase.costs) {
          let cover = Cover.pruned(matrix, costs: costCase.costs, tree: tree, prices: prices)
          let got = cover.cost(prices, costs: costCase.costs)
          let want = BruteForce(costs: costCase.costs, tree: tree).cheapestAdditive(
            matrix, gain: { lambda * Double(gains[$0 * taps + $1]) }
          ) { lambda * Double(prices.importance[$0 * taps + $1]) }
          #expect(
            abs(got - want) <= 1e-9 * max(1, want),
            "\(costCase), \(testCase), λ \(lambda): got \(got), want \(want)")
        }
      }
    }
  }

  /// Start-up and rounding too: by all cases together, gains are worth counting.
  @Test(arguments: CostCase.all)
  func coversAreWellFormedAndWorthTheirGains(_ costCase: CostCase) throws {
    let costs = costCase.costs
    var (with, without) = (0.0, 0.0)
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      for lambda in [0.5, 3, 1e9] {
        let prices = matrix.prices(lambda: lambda, hasGains: true)
        for tree in testCase.trees(matrix, costs) {
          let cover = Cover.pruned(matrix, costs: costs, tree: tree, prices: prices)
          let label = "\(costCase), \(testCase), λ \(lambda)"
          var values = matrix.values
          for index in cover.dropped { values[index] = 0 }
          let kept = try FilterMatrix(rows: matrix.rows, taps: matrix.taps, values: values)
          expectEqualBits(cover.multipliedOut(), kept, label)
          expectWellFormed(cover, kept, heights: costs.heights.map(\.height), label)
          expectPredictedTime(cover, costs, label)
          let cost = cover.cost(prices, costs: costs)
          #expect(cost >= -1e-6, "\(label): slots win back more than they take")
          with += cost
          without += Cover.pruned(
            matrix, costs: costs, tree: tree, prices: matrix.prices(lambda: lambda, hasGains: false)
          ).cost(prices, costs: costs)
        }
      }
    }
    #expect(with <= without, "\(costCase)")
  }

  @Test(arguments: CostCase.all)
  func tapsWithoutWeightsStayOut(_ costCase: CostCase) throws {
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      let prices = DropPrices(
        lambda: 1e6, importance: matrix.values.map { _ in 1 },
        slotGains: matrix.values.map { _ in 1 })
      for tree in testCase.trees(matrix, costCase.costs) {
        let cover = Cover.pruned(matrix, costs: costCase.costs, tree: tree, prices: prices)
        for segment in cover.segments {
          for t in segment.taps.indices {
            let weights = segment.weights[t * segment.height..<(t + 1) * segment.height]
            #expect(weights.contains { $0 != 0 }, "\(costCase), \(testCase): \(segment.taps[t])")
          }
        }
      }
    }
  }

  @Test func gainsOfZeroChangeNothing() throws {
    for costCase in CostCase.all {
      for testCase in MatrixCase.catalogue {
        let matrix = try testCase.matrix()
        let tree = RowTree.greedy(matrix, costs: costCase.costs)
        let covers = [nil, matrix.values.map { _ in Float(0) }].map { gains in
          Cover.pruned(
            matrix, costs: costCase.costs, tree: tree,
            prices: DropPrices(
              lambda: 2, importance: matrix.values.map { $0 * $0 }, slotGains: gains))
        }
        #expect(covers[0] == covers[1], "\(costCase), \(testCase)")
      }
    }
  }

  /// A pair costs half a leaf more than one leaf: the other slot has to be worth that.
  @Test(arguments: [(0.4, 0), (0.6, 1)])
  func aSlotPaysForAPair(gain: Float, segmentCount: Int) throws {
    let matrix = try FilterMatrix(rows: 2, taps: 1, values: [1, 0])
    let costs = CoverCosts(leaf: 1, heights: [.init(height: 2, perTap: 1.5)])
    let prices = DropPrices(lambda: 1, importance: [9, 0], slotGains: [7, gain])
    let cover = Cover.pruned(
      matrix, costs: costs, tree: .natural(rows: 2, rootHeight: 2), prices: prices)
    #expect(cover.segments.count == segmentCount)
    let want = segmentCount == 1 ? 1.5 - Double(gain) : 1
    #expect(cover.cost(prices, costs: costs) == want)
  }
}
