import Covers
import Tensors
import Testing

@Suite struct RowTreeTests {
  @Test func rootGroupsAreTheBinaryDecomposition() {
    let cases: [(rows: Int, rootHeight: Int, heights: [Int])] = [
      (0, 8, []), (1, 8, [1]), (3, 8, [2, 1]), (7, 8, [4, 2, 1]), (8, 8, [8]), (9, 8, [8, 1]),
      (13, 4, [4, 4, 4, 1]), (22, 8, [8, 8, 4, 2]), (5, 1, [1, 1, 1, 1, 1]), (64, 64, [64]),
    ]
    for (rows, rootHeight, heights) in cases {
      let groups = RowTree.rootGroups(rows: rows, rootHeight: rootHeight)
      let label = "\(rows) rows, root height \(rootHeight)"
      #expect(groups.map(\.count) == heights, "\(label)")
      #expect(groups.flatMap { Array($0) } == Array(0..<rows), "\(label)")
      #expect(groups.allSatisfy { $0.lowerBound % $0.count == 0 }, "\(label)")
    }
  }

  @Test(arguments: CostCase.all)
  func greedyTreesArePermutations(_ costCase: CostCase) throws {
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      let tree = RowTree.greedy(matrix, costs: costCase.costs)
      #expect(tree.order.sorted() == Array(0..<matrix.rows), "\(costCase), \(testCase)")
      let natural = RowTree.natural(rows: matrix.rows, rootHeight: costCase.costs.rootHeight)
      #expect(tree.rootGroups == natural.rootGroups, "\(costCase), \(testCase)")
    }
  }

  /// Shuffled groups of rows with the same taps: the tree has to find them again.
  @Test(arguments: [
    (height: 2, costs: CoverCosts(leaf: 1, heights: [.init(height: 2, perTap: 1.2)])),
    (
      height: 8,
      costs: CoverCosts(
        leaf: 1,
        heights: [
          .init(height: 2, perTap: 1.6), .init(height: 4, perTap: 2.7),
          .init(height: 8, perTap: 4.5),
        ])
    ),
    // Only the surrogate leads there.
    (height: 8, costs: CoverCosts(leaf: 1, heights: [.init(height: 8, perTap: 3)])),
    (height: 16, costs: CoverCosts(leaf: 1, heights: [.init(height: 16, perTap: 8)])),
    // Height 2 costs what its leaves do: it must not lead astray.
    (
      height: 4,
      costs: CoverCosts(
        leaf: 1, heights: [.init(height: 2, perTap: 2), .init(height: 4, perTap: 2)])
    ),
  ])
  func greedyTreesFindPlantedGroups(_ planted: (height: Int, costs: CoverCosts)) throws {
    let (rows, taps) = (planted.height * 6, 90)
    for seed in UInt64(0)..<5 {
      var generator = SplitMix64(seed: seed)
      let order = (0..<rows).shuffled(using: &generator)
      var values = [Float](repeating: 0, count: rows * taps)
      var tapCount = 0
      for group in 0..<6 {
        for tap in 0..<taps where generator.next() % 10 == 0 {
          tapCount += 1
          for r in 0..<planted.height { values[order[group * planted.height + r] * taps + tap] = 1 }
        }
      }
      let matrix = try FilterMatrix(rows: rows, taps: taps, values: values)
      let tree = RowTree.greedy(matrix, costs: planted.costs)
      let cover = Cover.exact(matrix, costs: planted.costs, tree: tree)
      let label = "height \(planted.height), seed \(seed)"
      #expect(cover.filledSlots == 0 && cover.statistics.leafCount == 0, "\(label)")
      #expect(cover.statistics.heights.map(\.tapCount) == [tapCount], "\(label)")
    }
  }

  /// Rows share the taps that are worth keeping, and have many others that are not: only their values tell
  /// which rows belong together.
  @Test func pricesPairRowsBelowTheLeastHeight() throws {
    let costs = CoverCosts(leaf: 6, heights: [.init(height: 8, perTap: 4)])
    let (rows, taps) = (32, 120)
    for seed in UInt64(0)..<5 {
      var generator = SplitMix64(seed: seed)
      let order = (0..<rows).shuffled(using: &generator)
      var values = (0..<rows * taps).map { _ in generator.next() % 2 == 0 ? Float(0.05) : 0 }
      for group in 0..<rows / 8 {
        for tap in 0..<taps where generator.next() % 6 == 0 {
          for r in 0..<8 { values[order[group * 8 + r] * taps + tap] = 1 }
        }
      }
      let matrix = try FilterMatrix(rows: rows, taps: taps, values: values)
      let prices = DropPrices(lambda: 3, importance: values.map { $0 * $0 })
      let tree = RowTree.greedy(matrix, costs: costs, prices: prices)
      let cover = Cover.pruned(matrix, costs: costs, tree: tree, prices: prices)
      #expect(cover.dropped.allSatisfy { values[$0] < 1 }, "seed \(seed): kept weights are dropped")
      let kept = Set(
        (0..<rows / 8).map { group in Set(order[group * 8..<group * 8 + 8]) })
      #expect(Set(tree.rootGroups.map { Set(tree.order[$0]) }) == kept, "seed \(seed)")
    }
  }

  /// A tree made from some of the taps is still better than none.
  @Test func largeMatricesAreSampled() throws {
    let costs = CoverCosts(leaf: 1, heights: [.init(height: 2, perTap: 1.5)])
    for seed in UInt64(0)..<4 {
      let testCase = MatrixCase(rows: 60, taps: 400, zeros: 0.8, seed: seed)
      let matrix = try testCase.matrix()
      let sampled = RowTree.greedy(matrix, costs: costs, sampleLimit: 60 * 100)
      #expect(sampled == RowTree.greedy(matrix, costs: costs, sampleLimit: 60 * 100))
      #expect(sampled != RowTree.greedy(matrix, costs: costs), "\(testCase): nothing was left out")
      let times = [sampled, .natural(rows: 60, rootHeight: 2)].map {
        Cover.exact(matrix, costs: costs, tree: $0).predictedCost ?? .nan
      }
      #expect(times[0] < times[1], "\(testCase): \(times)")
    }
  }

  /// More rows than are paired at once.
  @Test func manyRowsArePairedInBlocks() throws {
    let testCase = MatrixCase(rows: 2055, taps: 20, zeros: 0.8, seed: 5)
    let matrix = try testCase.matrix()
    let costs = CoverCosts(leaf: 1, heights: [.init(height: 4, perTap: 2)])
    let tree = RowTree.greedy(matrix, costs: costs)
    #expect(tree.order.sorted() == Array(0..<2055))
    let cover = Cover.exact(matrix, costs: costs, tree: tree)
    expectEqualBits(cover.multipliedOut(), matrix, "\(testCase)")
    expectWellFormed(cover, matrix, heights: [4], "\(testCase)")
  }
}
