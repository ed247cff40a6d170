import Covers
import Repruning
import Tensors
import Testing

@Suite struct LayerRoundsTests {
  private func cover(_ matrix: FilterMatrix, _ prices: DropPrices) -> Cover {
    let tree = RowTree.greedy(matrix, costs: Layer.costs, prices: prices)
    return Cover.pruned(matrix, costs: Layer.costs, tree: tree, prices: prices)
  }

  @Test(arguments: LayerCase.all) func everyRoundBeforeTheLastIsBetter(_ layerCase: LayerCase)
    throws
  {
    let layer = try layerCase.make()
    let statistics = try layer.statistics()
    for (price, fillsSlots) in [(3, false), (30, true), (300, true)] as [(Double, Bool)] {
      for measure in Importance.Measure.allCases {
        var gains: [[Float]?] = []
        let rounds = try LayerRounds(
          layer.weights, statistics: statistics, price: price,
          options: .init(
            measure: measure, refit: .init(fillsSlots: fillsSlots), maximumRounds: 4)
        ) { matrix, prices, slotGains in
          gains.append(slotGains)
          #expect(prices.lambda == price)
          return cover(matrix, prices)
        }
        let label = "\(measure), price \(price)"
        let objectives = rounds.rounds.map(\.objective)
        #expect(1...4 ~= objectives.count && gains.count == objectives.count, "\(label)")
        for (earlier, later) in zip(objectives, objectives.dropFirst()).dropLast() {
          #expect(later < earlier, "\(label): \(objectives)")
        }
        #expect(rounds.best.objective == objectives.min(), "\(label): \(objectives)")
        #expect(gains.first == .some(nil), "\(label)")
        #expect(gains.dropFirst().allSatisfy { ($0 != nil) == fillsSlots }, "\(label)")
        for round in rounds.rounds {
          #expect(round.cover.multipliedOut() == round.weights.matrix, "\(label)")
          #expect(round.relativeErrors.refitted <= round.relativeErrors.dropped, "\(label)")
          let error = statistics.errors(of: round.weights).reduce(0, +) / statistics.outputSquare
          let time = try #require(
            Layer.costs.time(segments: round.cover.segments, leavesByRow: round.cover.leavesByRow))
          #expect(round.time == time, "\(label)")
          #expect(
            statistics.outputSquare == 0
              || isClose(round.objective, time + price * error, 1e-12, scale: round.objective),
            "\(label)")
        }
      }
    }
  }

  @Test func pricesDecideWhatIsKept() throws {
    let layer = try LayerCase(rows: 8, taps: 35, positions: 300, drift: 0).make()
    let statistics = try layer.statistics()
    func run(_ price: Double) throws -> LayerRounds {
      try LayerRounds(layer.weights, statistics: statistics, price: price) { matrix, prices, _ in
        cover(matrix, prices)
      }
    }
    let free = try run(0).best
    #expect(free.weights.matrix.nonZeroCount == 0 && free.objective == 0)
    let dear = try run(1e9).best
    #expect(dear.weights.matrix.nonZeroCount == layer.weights.matrix.nonZeroCount)
    #expect(dear.relativeErrors.refitted < 1e-12)
    let between = try run(100).best
    #expect(0.0..<layer.energy ~= between.relativeErrors.refitted)
    #expect(between.weights.matrix.nonZeroCount < dear.weights.matrix.nonZeroCount)
    #expect(between.relativeErrors.refitted < between.relativeErrors.dropped)
  }

  @Test func coversKeepTheirShapeWithOtherWeights() throws {
    for layerCase in LayerCase.shapes {
      let layer = try layerCase.make()
      let cover = layer.cover()
      #expect(
        cover.replacingWeights(by: cover.multipliedOut(), costs: Layer.costs) == cover,
        "\(layerCase)")
    }
  }

  @Test func errorsOfTheCoverAreHandedOn() throws {
    let layer = try LayerCase(rows: 2, taps: 3, positions: 9).make()
    #expect(throws: HewnError.self) {
      _ = try LayerRounds(layer.weights, statistics: try layer.statistics(), price: 1) {
        _, _, _ throws(HewnError) in throw HewnError(.internal, "no cover")
      }
    }
  }
}
