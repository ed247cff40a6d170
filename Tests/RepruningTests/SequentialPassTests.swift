import Covers
import Graphs
import Repruning
import Runtime
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct SequentialPassTests {
  /// Each layer, refitted on statistics that are gathered for it from the beginning of the network.
  @Test(arguments: [Compensation.bias, .refit, .refitAndSlots], [1, 3])
  func layersAreThoseOfRunsFromTheBeginning(_ compensation: Compensation, _ batch: Int) throws {
    let network = try Self.network(batch: batch, compensation)
    for plan in network.plans {
      let (changed, weights) = try Self.fromTheBeginning(network, plan, compensation)
      for byteLimit in [0, 20_000, 1 << 30] {
        var options = SequentialPass.Options(rounds: network.rounds)
        options.byteLimit = byteLimit
        let pass = SequentialPass(
          network.calibration, network.network.layers, options: options)
        var seen: [Int] = []
        let result = try pass(plan, progress: { seen.append($0) })
        #expect(seen == Array(plan.layers.indices))
        try result.graph.verify()
        if byteLimit == 0 { #expect(result.graph.description == changed.description) }
        for (layer, want) in zip(result.layers, weights).flatMap({ zip($0.weights, $1) }) {
          // What is kept between layers is rounded to single precision.
          let tolerance = byteLimit == 0 ? 0 : 1e-4
          for (got, want) in zip(
            layer.matrix.values + layer.bias, want.matrix.values + want.bias)
          {
            #expect((got == 0) == (want == 0) || tolerance > 0 && abs(got - want) < 1e-6)
            #expect(isClose(Double(got), Double(want), tolerance, scale: 1), "\(byteLimit) bytes")
          }
        }
      }
    }
  }

  @Test func errorsDoNotRiseAndZerosStay() throws {
    let network = try Self.network(batch: 1, .refit)
    let pass = SequentialPass(
      network.calibration, network.network.layers, options: .init(rounds: network.rounds))
    var lowered = 0
    for plan in network.plans {
      let result = try pass(plan)
      for (layer, plan) in zip(result.layers, plan.layers) {
        if let errors = layer.relativeErrors {
          // Without a loss both are rounding errors.
          #expect(errors.refitted <= errors.planned + 1e-12)
          if errors.refitted < 0.999 * errors.planned { lowered += 1 }
        }
        for (after, before) in zip(layer.weights, plan.weights) {
          for (after, before) in zip(after.matrix.values, before.matrix.values) where before == 0 {
            #expect(after == 0)
          }
        }
        for (cover, weights) in zip(layer.covers, layer.weights) {
          #expect(cover.multipliedOut() == weights.matrix)
        }
      }
    }
    #expect(lowered > 0)
  }

  /// Nothing runs, and nothing changes, where no layer does.
  @Test func aPlanThatChangesNothingLeavesTheNetwork() throws {
    let network = try Self.network(batch: 1, .refitAndSlots)
    let pass = SequentialPass(
      network.calibration, network.network.layers, options: .init(rounds: network.rounds))
    let result = try pass(network.pruning.unchanged)
    #expect(result.graph.description == network.network.graph.description)
    #expect(result.layers.allSatisfy { $0.relativeErrors == nil })
  }

  /// With memory for what lies between layers, each image is asked for once.
  @Test func imagesGoFromLayerToLayer() throws {
    let counter = ImageCounter()
    let network = try Self.network(batch: 1, .refit, counter: counter)
    let plan = try #require(network.plans.last)
    #expect(plan.layers.allSatisfy { $0.form == .repruned })
    // Layers before a clamp are solved for twice.
    let solutions = plan.layers.count + network.network.layers.count { $0.path?.clamp != nil }
    for (byteLimit, runs) in [(1 << 30, 1), (0, solutions)] {
      var options = SequentialPass.Options(rounds: network.rounds)
      options.byteLimit = byteLimit
      let pass = SequentialPass(network.calibration, network.network.layers, options: options)
      let before = counter.count.load(ordering: .relaxed)
      _ = try pass(plan)
      #expect(
        counter.count.load(ordering: .relaxed) - before == runs * network.network.images.count)
    }
  }

  // MARK: Networks

  private final class ImageCounter: Sendable {
    let count = Atomic(0)
  }

  private struct Case {
    let network: CalibrationCase
    let calibration: Calibration
    let pruning: NetworkPruning
    let rounds: LayerRounds.Options
    /// From little dropped to everything.
    let plans: [NetworkPlan]
  }

  private static func network(
    batch: Int, _ compensation: Compensation, counter: ImageCounter? = nil
  ) throws -> Case {
    let network = try CalibrationCase(batch: batch)
    let images = network.images
    let counted = CalibrationImages(count: images.count) { indices in
      counter?.count.add(indices.count, ordering: .relaxed)
      return try images.tensors(indices)
    }
    let calibration = try Calibration(
      network.graph, images: counted, runner: CalibrationCase.reference())
    let rounds = LayerRounds.Options(compensation: compensation)
    var priced: [PricedLayer] = []
    try calibration.forEachLayer(network.layers) { layer, groups in
      priced.append(
        PricedLayer(
          name: layer.label,
          parts: zip(try layer.filterWeights(in: network.graph), groups).map {
            PricedLayer.Part(weights: $0, statistics: $1)
          },
          costs: LayerCosts(
            covers: NetworkCase.costs(time: 1, startUp: 1, heights: [2, 4]),
            floor: LayerFloor(floor: 0), denseTime: 1e6),
          lossPerError: 1, adaptsBias: layer.mayChangeBias))
    }
    let pruning = try NetworkPruning(priced, rounds: rounds)
    let count = pruning.changeCount
    let plans = Set([1, count / 3, count]).sorted().map { pruning.plan(changeCount: $0) }
    return Case(
      network: network, calibration: calibration, pruning: pruning, rounds: rounds, plans: plans)
  }

  private static func fromTheBeginning(
    _ network: Case, _ plan: NetworkPlan, _ compensation: Compensation
  ) throws -> (Graph, [[FilterWeights]]) {
    var changed = network.network.graph
    var isChanged = false
    var all: [[FilterWeights]] = []
    for (layer, plan) in zip(network.network.layers, plan.layers) {
      guard plan.form == .repruned || (isChanged && compensation != .bias) else {
        all.append(plan.weights)
        continue
      }
      func solved(
        _ before: [FilterWeights], _ groups: [LayerStatistics]
      ) throws -> [FilterWeights] {
        try before.indices.map { index in
          let (old, statistics) = (before[index], groups[index])
          if compensation == .bias {
            return FilterWeights(
              matrix: old.matrix,
              bias: layer.mayChangeBias
                ? statistics.bestBias(of: old.matrix).map { Float($0) } : old.bias)
          }
          let cover =
            plan.covers.isEmpty
            ? Cover.exact(
              old.matrix, costs: CoverCosts(leaf: 1, heights: []),
              tree: .greedy(old.matrix, costs: CoverCosts(leaf: 1, heights: [])))
            : plan.covers[index].replacingWeights(by: old.matrix)
          return try Refit(
            cover, bias: old.bias, statistics: statistics,
            options: Refit.Options(
              fillsSlots: plan.form == .repruned && compensation == .refitAndSlots,
              refitsBias: layer.mayChangeBias)
          ).weights
        }
      }
      var weights = try solved(
        plan.weights, network.calibration.statistics(of: layer, changed: changed))
      if layer.path?.clamp != nil, compensation != .bias {
        weights = try solved(
          weights,
          network.calibration.statistics(of: layer, changed: changed, fitted: weights))
      }
      changed.setWeights(weights, of: layer)
      isChanged = true
      all.append(weights)
    }
    return (changed, all)
  }
}
