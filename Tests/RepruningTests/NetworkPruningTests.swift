import Covers
import Foundation
import Repruning
import Tensors
import Testing

/// Plans of networks at one λ.
@Suite struct NetworkPruningTests {
  /// λ from far above the greatest to far below the least that changes anything, and 0.
  static func lambdas(_ pruning: NetworkPruning, count: Int) throws -> [Double] {
    let (first, last) = (pruning.frontier(count: 2).first, pruning.frontier(count: 2).last)
    let time = try #require(first).time / (try #require(last).loss)
    return [0] + (0..<count).map { time * exp(20 * (Double($0) / Double(count - 1) - 0.6)) }
  }

  /// Expects times, losses and counts to be what covers and weights say.
  static func expectConsistent(_ plan: NetworkPlan, _ network: Network, _ label: String) {
    for (index, layer) in plan.layers.enumerated() {
      let (priced, label) = (network.layers[index], "\(label), layer \(index)")
      #expect(isSame(layer.time, network.time(index, layer.covers)), "\(label): \(layer.time)")
      let loss = network.loss(index, layer.weights)
      #expect(
        isClose(layer.loss, loss, 1e-6, scale: loss + 1e-3), "\(label): \(layer.loss), \(loss)")
      #expect(layer.time <= layer.exactTime && layer.time <= layer.denseTime, "\(label)")
      #expect(layer.time >= priced.costs.floor.floor, "\(label)")
      let before = priced.parts.flatMap(\.weights.matrix.values)
      let after = layer.weights.flatMap(\.matrix.values)
      let pairs = zip(before, after).filter { $0 != $1 }
      #expect(layer.droppedCount == pairs.count { $0.1 == 0 }, "\(label)")
      #expect(layer.filledCount == pairs.count { $0.0 == 0 }, "\(label)")
      #expect(layer.refittedCount == pairs.count { $0.0 != 0 && $0.1 != 0 }, "\(label)")
      #expect(layer.nonZeroCount == after.count { $0 != 0 }, "\(label)")
      #expect(layer.covers.isEmpty == (layer.form == .dense), "\(label)")
      if layer.form != .repruned {
        #expect(before == after, "\(label): changed")
        #expect(layer.weights.map(\.bias) == priced.parts.map(\.weights.bias), "\(label)")
        #expect(layer.time == min(layer.exactTime, layer.denseTime), "\(label)")
      }
      if layer.form != .dense {
        #expect(
          layer.covers.map { $0.multipliedOut() } == layer.weights.map(\.matrix), "\(label)")
      }
    }
    #expect(isSame(plan.time, plan.layers.reduce(plan.otherTime) { $0 + $1.time }), "\(label)")
  }

  /// 2²⁸ weights of all plans, as long as there are eight prices.
  @Test func largeLayersHaveFewerPrices() {
    for (weightCount, want) in [
      (0, 48), (5_000_000, 48), (6_000_000, 44), (20_000_000, 13), (1_000_000_000, 8),
    ] {
      #expect(LayerFrontier.standardPriceCount(weightCount: weightCount) == want)
    }
  }

  @Test(arguments: NetworkCase.all + [NetworkCase(drift: 0.1, seed: 9)])
  func plansAreWhatTheySay(_ networkCase: NetworkCase) throws {
    let network = try networkCase.make()
    let pruning = try NetworkPruning(network.layers, otherTime: 7)
    Self.expectConsistent(pruning.unchanged, network, "\(networkCase), unchanged")
    #expect(pruning.unchanged.layers.allSatisfy { $0.form != .repruned && $0.droppedCount == 0 })
    var forms: Set<LayerPlan.Form> = []
    for lambda in try Self.lambdas(pruning, count: 9) {
      let plan = pruning.plan(lambda: lambda)
      #expect(plan.lambda == lambda)
      Self.expectConsistent(plan, network, "\(networkCase), λ \(lambda)")
      forms.formUnion(plan.layers.map(\.form))
    }
    #expect(forms.contains(.repruned), "\(networkCase)")
  }

  @Test(arguments: NetworkCase.all) func theEndsDropAllAndNothing(_ networkCase: NetworkCase) throws
  {
    let network = try networkCase.make()
    let pruning = try NetworkPruning(network.layers)
    #expect(pruning.plan(lambda: .infinity).loss == pruning.unchanged.loss)
    #expect(pruning.unchanged.loss < 1e-9)
    #expect(pruning.plan(lambda: 1e100).loss < 1e-9, "\(networkCase)")
    let all = pruning.plan(lambda: 0)
    for (layer, priced) in zip(all.layers, network.layers) {
      let label = "\(networkCase), \(priced.name)"
      let floor = priced.costs.floor
      #expect(layer.time == max(floor.floor, floor.fixed), "\(label): \(layer.time)")
      if floor.coverTime == 0 {
        #expect(layer.weights.allSatisfy { $0.matrix.nonZeroCount == 0 }, "\(label)")
      } else {
        // Whole leaves and taps are kept for as long as the floor hides them.
        let time = layer.covers.reduce(0) { $0 + ($1.predictedCost ?? .infinity) }
        #expect(time <= floor.coverTime, "\(label)")
        #expect(time >= 0.8 * floor.coverTime, "\(label): \(time) of \(floor.coverTime)")
      }
    }
  }

  /// At each λ a layer is the best of its plans, so that times fall and losses rise without exception.
  @Test(arguments: NetworkCase.all) func lessLambdaIsLessTimeAndMoreLoss(_ networkCase: NetworkCase)
    throws
  {
    let network = try networkCase.make()
    let pruning = try NetworkPruning(network.layers)
    let lambdas = try Self.lambdas(pruning, count: 60)
    let plans = lambdas.map { pruning.plan(lambda: $0) }
    for (lower, upper) in zip(plans, plans.dropFirst()) {
      #expect(lower.time <= upper.time && lower.loss >= upper.loss, "\(networkCase)")
    }
    for (lambda, plan) in zip(lambdas, plans) {
      for (frontier, layer) in zip(pruning.frontiers, plan.layers) {
        let least = frontier.plans.map { $0.time + lambda * $0.loss }.min() ?? .infinity
        #expect(isSame(layer.time + lambda * layer.loss, least), "\(networkCase), λ \(lambda)")
      }
    }
    #expect(Set(plans.map(\.time)).count > (networkCase.layerCount == 1 ? 3 : 10), "\(networkCase)")
  }

  @Test(arguments: NetworkCase.all) func frontiersFall(_ networkCase: NetworkCase) throws {
    let network = try networkCase.make()
    let pruning = try NetworkPruning(network.layers)
    for frontier in pruning.frontiers {
      for (slower, faster) in zip(frontier.plans, frontier.plans.dropFirst()) {
        #expect(faster.time < slower.time && faster.loss > slower.loss, "\(networkCase)")
      }
    }
    let frontier = pruning.frontier(count: 8)
    #expect(2...8 ~= frontier.count, "\(networkCase): \(frontier.count)")
    for (slower, faster) in zip(frontier, frontier.dropFirst()) {
      #expect(faster.time < slower.time && faster.loss > slower.loss, "\(networkCase)")
    }
    for plan in frontier { Self.expectConsistent(plan, network, "\(networkCase)") }
    let (first, last) = (try #require(frontier.first), try #require(frontier.last))
    #expect(first.time <= pruning.unchanged.time && first.loss <= pruning.unchanged.loss)
    #expect(last.time == pruning.plan(lambda: 0).time)
    // About equal steps, where there are layers enough.
    if networkCase.layerCount > 3 {
      let steps = zip(frontier, frontier.dropFirst()).map { $0.time - $1.time }
      #expect(
        frontier.count == 8 && steps.allSatisfy { $0 <= 0.35 * (first.time - last.time) },
        "\(networkCase): \(frontier.map(\.time))")
    }
  }

  @Test func loopsChangeNothing() throws {
    let network = try NetworkCase(layerCount: 7, drift: 0.05, seed: 11).make()
    let pruning = try NetworkPruning(network.layers)
    let want = [pruning.plan(speedup: 1.5).plan] + pruning.frontier(count: 5)
    for (name, loop) in partLoops {
      let pruning = try NetworkPruning(network.layers, parts: loop)
      let got = [pruning.plan(speedup: 1.5).plan] + pruning.frontier(count: 5)
      for (got, want) in zip(got, want) {
        #expect(got.time == want.time && got.loss == want.loss, "\(name)")
        #expect(got.lambda == want.lambda, "\(name)")
        for (got, want) in zip(got.layers, want.layers) {
          #expect(got.covers == want.covers, "\(name)")
          #expect(got.weights.map(\.matrix) == want.weights.map(\.matrix), "\(name)")
          #expect(got.weights.map(\.bias) == want.weights.map(\.bias), "\(name)")
        }
      }
    }
  }

  @Test func withoutStatisticsNothingIsRefitted() throws {
    let network = try NetworkCase(seed: 12).make(isCalibrated: false)
    let pruning = try NetworkPruning(network.layers)
    let found = pruning.plan(speedup: 1.4)
    #expect(found.isMet)
    #expect(found.plan.layers.allSatisfy { $0.refittedCount == 0 && $0.filledCount == 0 })
    #expect(found.plan.layers.contains { $0.droppedCount > 0 })
    for (layer, priced) in zip(found.plan.layers, network.layers) {
      let before = priced.parts.flatMap(\.weights.matrix.values)
      let after = layer.weights.flatMap(\.matrix.values)
      let squares = before.reduce(0.0) { $0 + Double($1) * Double($1) }
      let lost = zip(before, after).reduce(0.0) {
        $1.1 == 0 ? $0 + Double($1.0) * Double($1.0) : $0
      }
      #expect(isSame(layer.loss, priced.lossPerError * lost / squares), "\(priced.name)")
    }
  }

  /// A layer without outputs says nothing about its weights.
  @Test func layersWithoutOutputsStay() throws {
    let layer = try LayerCase(rows: 8, taps: 12, positions: 40, inputs: .zero, drift: 0).make()
    let weights = FilterWeights(
      matrix: layer.weights.matrix, bias: layer.weights.bias.map { _ in 0 })
    var sums = try StatisticsAccumulator(original: weights.matrix, blocks: TapBlocks([0..<12]))
    sums.add(
      inputs: layer.inputs, outputs: layer.outputs.map { _ in 0 }, positionCount: layer.positions)
    let priced = PricedLayer(
      name: "dead", parts: [.init(weights: weights, statistics: try sums.finish())],
      costs: LayerCosts(covers: Layer.costs, floor: LayerFloor(floor: 0), denseTime: .infinity),
      lossPerError: 1, adaptsBias: true)
    let pruning = try NetworkPruning([priced])
    for lambda in [0, 1, .infinity] {
      let plan = pruning.plan(lambda: lambda)
      #expect(plan.layers[0].form == .exact && plan.loss == 0)
    }
    #expect(pruning.frontier(count: 3).count == 1)
    #expect(!pruning.plan(speedup: 2).isMet)
  }
}
