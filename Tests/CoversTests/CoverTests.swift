import Covers
import Tensors
import Testing

/// What holds for every cover of every matrix, whatever the costs.
@Suite struct CoverTests {
  @Test(arguments: CostCase.all)
  func exactCoversAreTheMatrix(_ costCase: CostCase) throws {
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      for tree in testCase.trees(matrix, costCase.costs) {
        let cover = Cover.exact(matrix, costs: costCase.costs, tree: tree)
        let label = "\(costCase), \(testCase)"
        #expect(cover.order == tree.order && cover.rootGroups == tree.rootGroups, "\(label)")
        #expect(cover.dropped.isEmpty, "\(label)")
        expectEqualBits(cover.multipliedOut(), matrix, label)
        expectWellFormed(cover, matrix, heights: costCase.costs.heights.map(\.height), label)
        expectPredictedTime(cover, costCase.costs, label)
      }
    }
  }

  @Test(arguments: CostCase.all)
  func exactCoversCostNoMoreThanLeavesOrFullSegments(_ costCase: CostCase) throws {
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      for tree in testCase.trees(matrix, costCase.costs) {
        let cover = Cover.exact(matrix, costs: costCase.costs, tree: tree)
        let got = try #require(cover.predictedCost)
        let leaves = Cover.leavesOnly(matrix, costs: costCase.costs)
        let dense = Cover.dense(
          matrix, rootHeight: costCase.costs.rootHeight, costs: costCase.costs)
        for bound in [leaves.predictedCost, dense.predictedCost].compactMap(\.self) {
          #expect(got <= bound * (1 + 1e-12), "\(costCase), \(testCase): \(got) above \(bound)")
        }
      }
    }
  }

  @Test(arguments: CostCase.all)
  func droppedWeightsAreThoseReported(_ costCase: CostCase) throws {
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      // Some weights have no importance at all: they too must be either kept or reported.
      let importance = matrix.values.enumerated().map { $0 % 7 == 0 ? 0 : $1 * $1 }
      for lambda in [0, 0.7, 3, 1e9] {
        let prices = DropPrices(lambda: lambda, importance: importance)
        let tree = RowTree.greedy(matrix, costs: costCase.costs, prices: prices)
        let cover = Cover.pruned(matrix, costs: costCase.costs, tree: tree, prices: prices)
        let label = "\(costCase), \(testCase), λ \(lambda)"
        var values = matrix.values
        #expect(zip(cover.dropped, cover.dropped.dropFirst()).allSatisfy { $0 < $1 }, "\(label)")
        for index in cover.dropped {
          #expect(values[index] != 0, "\(label): a zero at \(index) is reported as dropped")
          values[index] = 0
        }
        let want = try FilterMatrix(rows: matrix.rows, taps: matrix.taps, values: values)
        expectEqualBits(cover.multipliedOut(), want, label)
        expectWellFormed(cover, want, heights: costCase.costs.heights.map(\.height), label)
        if lambda == 0 { #expect(want.nonZeroCount == 0, "\(label): weights kept for nothing") }
      }
    }
  }

  @Test func denseCoversAreTheMatrix() throws {
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      for rootHeight in [1, 2, 8, 64] {
        let cover = Cover.dense(matrix, rootHeight: rootHeight)
        let label = "\(testCase), root height \(rootHeight)"
        expectEqualBits(cover.multipliedOut(), matrix, label)
        expectWellFormed(cover, matrix, heights: (0...6).map { 1 << $0 }, label)
        #expect(cover.segments.count == (matrix.taps > 0 ? cover.rootGroups.count : 0), "\(label)")
        #expect(cover.segments.allSatisfy { $0.taps.count == matrix.taps }, "\(label)")
        #expect(cover.statistics.slotCount == matrix.values.count, "\(label)")
        #expect(cover.filledSlots == matrix.zeroCount, "\(label)")
        #expect(cover.statistics.leafCount == 0, "\(label)")
        #expect(cover.predictedCost == nil, "\(label)")
      }
    }
  }

  @Test func leavesAloneAreTheMatrix() throws {
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      let costs = CoverCosts(leaf: 2, rowStartUp: 1, heights: [])
      let cover = Cover.leavesOnly(matrix, costs: costs)
      expectEqualBits(cover.multipliedOut(), matrix, "\(testCase)")
      expectWellFormed(cover, matrix, heights: [], "\(testCase)")
      expectPredictedTime(cover, costs, "\(testCase)")
      #expect(cover.statistics.leafCount == matrix.nonZeroCount, "\(testCase)")
      let exact = Cover.exact(
        matrix, costs: costs, tree: RowTree.greedy(matrix, costs: costs))
      #expect(exact == cover, "\(testCase)")
    }
  }

  @Test func theSameInputGivesTheSameCover() throws {
    for costCase in CostCase.all {
      for testCase in MatrixCase.catalogue {
        let matrix = try testCase.matrix()
        let covers = (0..<2).map { _ in
          Cover.exact(
            matrix, costs: costCase.costs, tree: RowTree.greedy(matrix, costs: costCase.costs))
        }
        #expect(covers[0] == covers[1], "\(costCase), \(testCase)")
      }
    }
  }

  // One tall segment of two taps, one pair, and leaves, worked out by hand.
  @Test func statisticsCountSegmentsAndSlots() throws {
    let matrix = try FilterMatrix(
      rows: 4, taps: 4,
      values: [
        1, 2, 3, 0,
        4, 5, 6, 0,
        7, 8, 0, 9,
        1, 0, 0, 0,
      ])
    let costs = CoverCosts(
      leaf: 1, heights: [.init(height: 2, perTap: 1.5), .init(height: 4, perTap: 2)])
    let cover = Cover.exact(matrix, costs: costs, tree: .natural(rows: 4, rootHeight: 4))
    #expect(
      cover.segments == [
        Segment(
          firstRow: 0, height: 4, taps: [0, 1], weights: [1, 4, 7, 1, 2, 5, 8, 0]),
        Segment(firstRow: 0, height: 2, taps: [2], weights: [3, 6]),
      ])
    #expect(cover.leavesByRow == [[], [], [Leaf(tap: 3, weight: 9)], []])
    #expect(cover.segmentRanges == [0..<2])
    let statistics = cover.statistics
    #expect(
      statistics.heights.map { [$0.height, $0.segmentCount, $0.tapCount] } == [
        [4, 1, 2], [2, 1, 1],
      ])
    #expect(statistics.leafCount == 1 && statistics.slotCount == 10)
    #expect(statistics.filledSlotCount == 1)
    #expect(cover.predictedCost == 2 * 2 + 1.5 + 1)
  }
}
