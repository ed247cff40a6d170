import Covers
import Testing

/// Pruning a layer whose floor may make drops useless.
@Suite struct LayerPruningTests {
  private func part(
    _ matrix: FilterMatrix, _ costs: CoverCosts, lambda: Double, hasGains: Bool = false
  ) -> LayerPruning.Part {
    LayerPruning.Part(
      matrix: matrix, tree: .greedy(matrix, costs: costs),
      prices: matrix.prices(lambda: lambda, hasGains: hasGains))
  }

  private func plain(_ part: LayerPruning.Part, _ costs: CoverCosts) -> Cover {
    .pruned(part.matrix, costs: costs, tree: part.tree, prices: part.prices)
  }

  /// Floors from nothing to more than the exact covers take.
  private func floors(_ parts: [LayerPruning.Part], _ costs: CoverCosts) -> [LayerFloor] {
    let exact = parts.reduce(0) {
      $0 + Cover.exact($1.matrix, costs: costs, tree: $1.tree).cost(nil, costs: costs)
    }
    return [0, 0.2, 0.5, 0.8, 0.95, 1, 1.5].map { LayerFloor(floor: 2 + $0 * exact, fixed: 2) }
  }

  @Test(arguments: CostCase.all)
  func withoutAFloorPruningIsPlain(_ costCase: CostCase) throws {
    for testCase in MatrixCase.catalogue {
      let part = part(try testCase.matrix(), costCase.costs, lambda: 2)
      for floor in [LayerFloor(floor: 0), LayerFloor(floor: 5, fixed: 5)] {
        let layer = LayerPruning([part], costs: costCase.costs, floor: floor)
        let label = "\(costCase), \(testCase)"
        #expect(layer.covers == [plain(part, costCase.costs)], "\(label)")
        #expect(layer.costScale == 1, "\(label)")
      }
    }
  }

  @Test(arguments: CostCase.all)
  func nothingIsDroppedBelowTheFloor(_ costCase: CostCase) throws {
    let costs = costCase.costs
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      let parts = [0.7, 3].map { part(matrix, costs, lambda: $0) }
      for floor in floors(parts, costs) {
        let layer = LayerPruning(parts, costs: costs, floor: floor)
        let label = "\(costCase), \(testCase), \(floor)"
        let time = layer.covers.reduce(0) { $0 + ($1.predictedCost ?? .nan) }
        #expect(layer.time == floor.time(covers: time), "\(label)")
        for (part, cover) in zip(parts, layer.covers) {
          expectWellFormed(
            cover, cover.multipliedOut(), heights: costs.heights.map(\.height), label)
          expectPredictedTime(cover, costs, label)
          var values = matrix.values
          for index in cover.dropped { values[index] = 0 }
          let kept = try FilterMatrix(rows: matrix.rows, taps: matrix.taps, values: values)
          expectEqualBits(cover.multipliedOut(), kept, label)
          // The greatest time that a leaf takes.
          for index in cover.dropped where time < floor.coverTime {
            let position = try #require(cover.order.firstIndex(of: index / matrix.taps))
            let chunk = index % matrix.taps / costs.tapsPerChunk
            let isStarted = cover.leavesByRow[position].contains {
              Int($0.tap) / costs.tapsPerChunk == chunk
            }
            let leaf = costs.leaf + (isStarted ? 0 : costs.rowStartUp)
            #expect(
              time + leaf > floor.coverTime - 1e-9, "\(label): weight \(index) could be kept")
          }
          if layer.costScale == 0 { #expect(cover.dropped.isEmpty, "\(label)") }
          #expect(cover.order == part.tree.order, "\(label)")
        }
      }
    }
  }

  /// The layer as a whole is no dearer than with all drops, or with none.
  @Test(arguments: CostCase.all, [false, true])
  func floorsMakeLayersCheaper(_ costCase: CostCase, hasGains: Bool) throws {
    let costs = costCase.costs
    for testCase in MatrixCase.catalogue {
      let matrix = try testCase.matrix()
      let parts = [0.7, 3].map { part(matrix, costs, lambda: $0, hasGains: hasGains) }
      let pruned = parts.map { plain($0, costs) }
      let exact = parts.map { Cover.exact(matrix, costs: costs, tree: $0.tree) }
      for floor in floors(parts, costs) {
        let layer = LayerPruning(parts, costs: costs, floor: floor)
        for covers in [pruned, exact] {
          let time = covers.reduce(0) { $0 + $1.cost(nil, costs: costs) }
          let price = zip(covers, parts).reduce(0) {
            $0 + $1.0.price($1.1.prices) - $1.0.credit($1.1.prices, costs: costs)
          }
          let bound = floor.time(covers: time) + price
          #expect(
            layer.cost <= bound * (1 + 1e-12),
            "\(costCase), \(testCase), \(floor): \(layer.cost) above \(bound)")
        }
        let dearest = floor.time(covers: exact.reduce(0) { $0 + $1.cost(nil, costs: costs) })
        #expect(
          hasGains || layer.time <= dearest * (1 + 1e-12), "\(costCase), \(testCase), \(floor)")
      }
    }
  }

  /// Against all covers of small trees. A single tap may be much of so small a layer.
  @Test(arguments: CostCase.additive)
  func flooredLayersAreNearTheOptimum(_ costCase: CostCase) throws {
    let costs = costCase.costs
    var gaps: [Double] = []
    for seed in UInt64(0)..<10 {
      let testCase = MatrixCase(rows: 8, taps: 7, zeros: 0.4, seed: seed)
      let matrix = try testCase.matrix()
      let part = part(matrix, costs, lambda: 4)
      for floor in floors([part], costs) {
        let layer = LayerPruning([part], costs: costs, floor: floor)
        let want = BruteForce(costs: costs, tree: part.tree).cheapestAdditive(
          matrix, floor: floor.coverTime
        ) { part.prices.lambda * Double(part.prices.importance[$0 * 7 + $1]) }
        let gap = (layer.cost - floor.fixed) / want - 1
        #expect(gap >= -1e-9, "\(costCase), \(testCase), \(floor): below the optimum")
        gaps.append(gap)
      }
    }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    print("\(costCase): gap to the optimum with a floor \(mean) mean, \(gaps.max() ?? 0) worst")
    #expect(mean <= 0.02, "\(costCase)")
    #expect(gaps.allSatisfy { $0 <= 0.2 }, "\(costCase): \(gaps)")
  }
}
