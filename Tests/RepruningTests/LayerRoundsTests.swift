import Covers
import Repruning
import Tensors
import Testing

@Suite struct LayerRoundsTests {
  private func priced(_ layer: Layer, isCalibrated: Bool = true) throws -> PricedLayer {
    PricedLayer(
      name: "layer",
      parts: [
        .init(weights: layer.weights, statistics: isCalibrated ? try layer.statistics() : nil)
      ],
      costs: LayerCosts(
        covers: Layer.costs, floor: LayerFloor(floor: 0), denseTime: .infinity),
      lossPerError: 1, adaptsBias: true)
  }

  private func run(
    _ layer: PricedLayer, _ price: Double, _ options: LayerRounds.Options
  ) throws -> LayerRounds {
    try LayerRounds(
      layer, baseline: LayerBaseline(layer, options: options), price: price, options: options)
  }

  @Test(arguments: LayerCase.all) func everyRoundBeforeTheLastIsBetter(_ layerCase: LayerCase)
    throws
  {
    let layer = try layerCase.make()
    guard layer.energy > 0 else { return }
    let priced = try priced(layer)
    for (price, compensation) in [
      (3, .refit), (30, .refitAndSlots), (300, .refitAndSlots),
    ] as [(Double, Compensation)] {
      for measure in Importance.Measure.allCases {
        let rounds = try run(
          priced, price, .init(measure: measure, compensation: compensation, maximumRounds: 4))
        let label = "\(measure), price \(price)"
        let all = rounds.rounds
        for usesGains in [true, false] {
          let later = all.dropFirst().filter { $0.usesGains == usesGains }
          let objectives = ([all[0]] + later).map { $0.objective(price: price) }
          #expect(
            usesGains && compensation == .refit ? later.isEmpty : 1...3 ~= later.count, "\(label)")
          for (earlier, later) in zip(objectives, objectives.dropFirst()).dropLast() {
            #expect(later < earlier, "\(label): \(objectives)")
          }
        }
        #expect(
          rounds.best.objective(price: price) == all.map { $0.objective(price: price) }.min(),
          "\(label)")
        for round in all {
          #expect(
            round.covers.map { $0.multipliedOut() } == round.weights.map(\.matrix), "\(label)")
          #expect(round.relativeErrors.refitted <= round.relativeErrors.dropped, "\(label)")
          let error = layer.errors(of: round.weights[0]).reduce(0, +) / layer.energy
          #expect(isClose(round.relativeErrors.refitted, error, 1e-6, scale: error + 1e-6))
          let time = try #require(
            Layer.costs.time(
              segments: round.covers[0].segments, leavesByRow: round.covers[0].leavesByRow))
          #expect(round.time == time && round.covers[0].predictedCost == time, "\(label)")
        }
      }
    }
  }

  @Test func pricesDecideWhatIsKept() throws {
    let layer = try LayerCase(rows: 8, taps: 35, positions: 300, drift: 0).make()
    let priced = try priced(layer)
    func best(_ price: Double) throws -> LayerRounds.Round {
      try run(priced, price, .init(compensation: .refit)).best
    }
    let free = try best(0)
    #expect(free.weights[0].matrix.nonZeroCount == 0 && free.time == 0)
    let dear = try best(1e9)
    #expect(dear.weights[0].matrix.nonZeroCount == layer.weights.matrix.nonZeroCount)
    #expect(dear.relativeErrors.refitted < 1e-12)
    let between = try best(100)
    #expect(0.0..<1 ~= between.relativeErrors.refitted)
    #expect(between.weights[0].matrix.nonZeroCount < dear.weights[0].matrix.nonZeroCount)
    #expect(between.relativeErrors.refitted < between.relativeErrors.dropped)
  }

  /// Over many layers rounds with gains come out ahead now and then, and the best is never behind.
  @Test func gainsOfSlotsHelpAndNeverHurt() throws {
    var helped = 0
    for seed in UInt64(1)...12 {
      let layer = try LayerCase(
        rows: 16, taps: 30, positions: 300, inputs: .correlated, zeros: 0.7, drift: 0, seed: seed
      ).make()
      let priced = try priced(layer)
      for price in [30.0, 100, 300, 1000] {
        let options = LayerRounds.Options(maximumRounds: 4)
        let rounds = try run(priced, price, options)
        let without = try #require(
          rounds.rounds.filter { !$0.usesGains }.map { $0.objective(price: price) }.min())
        let best = rounds.best.objective(price: price)
        #expect(best <= without, "seed \(seed), price \(price)")
        if best < without { helped += 1 }
      }
    }
    print("gains of slots lower the objective of \(helped) of 48 layers")
    #expect(helped > 0)
  }

  /// Dropping a part first, and measuring what is left anew, beats dropping all at once more often than not.
  @Test func roundsGoOnFromAGreaterPrice() throws {
    var (at, after) = (0.0, 0.0)
    for seed in UInt64(1)...8 {
      let layer = try LayerCase(
        rows: 16, taps: 30, positions: 300, inputs: .correlated, zeros: 0.5, drift: 0, seed: seed
      ).make()
      let priced = try priced(layer)
      let baseline = try LayerBaseline(priced)
      let earlier = try LayerRounds(priced, baseline: baseline, price: 1000).best
      let rounds = try LayerRounds(priced, baseline: baseline, price: 100, after: earlier)
      let once = try LayerRounds(priced, baseline: baseline, price: 100)
      #expect(rounds.rounds[0].time == once.rounds[0].time, "seed \(seed)")
      at += once.best.objective(price: 100)
      after += rounds.best.objective(price: 100)
    }
    print("objective at once \(at), after a greater price \(after)")
    #expect(after < at)
  }

  /// With one cover the time is the same, so only the errors differ.
  @Test func eachStepOfCompensationLowersTheError() throws {
    var sums = [Double](repeating: 0, count: Compensation.allCases.count)
    for seed in UInt64(1)...10 {
      let layer = try LayerCase(
        rows: 16, taps: 30, positions: 300, inputs: seed % 2 == 0 ? .correlated : .rectified,
        zeros: 0.7, seed: seed
      ).make()
      let priced = try priced(layer)
      for price in [10.0, 100, 1000] {
        let rounds = try Compensation.allCases.map {
          try run(priced, price, .init(compensation: $0, maximumRounds: 1)).best
        }
        #expect(rounds.allSatisfy { $0.time == rounds[0].time }, "seed \(seed), price \(price)")
        let errors = rounds.map(\.relativeErrors.refitted)
        // Damping counts too when weights are solved for, so more of them may gain nothing.
        for (before, after) in zip(errors, errors.dropFirst()) {
          #expect(after <= before * 1.001 + 1e-9, "seed \(seed), price \(price): \(errors)")
        }
        for (index, error) in errors.enumerated() { sums[index] += error / Double(errors[0]) }
      }
    }
    print(
      "relative errors: "
        + zip(Compensation.allCases, sums).map { "\($0) \($1 / 30)" }.joined(separator: ", "))
    for (before, after) in zip(sums, sums.dropFirst()) { #expect(after < 0.99 * before, "\(sums)") }
  }

  @Test func withoutStatisticsWeightsStayAsTheyAre() throws {
    let layer = try LayerCase(rows: 8, taps: 35, positions: 300).make()
    let priced = try priced(layer, isCalibrated: false)
    let rounds = try run(priced, 100, .init())
    #expect(rounds.rounds.count == 1)
    let round = rounds.best
    #expect(!round.covers[0].dropped.isEmpty && round.weights[0].bias == layer.weights.bias)
    var (lost, all) = (0.0, 0.0)
    for (before, after) in zip(layer.weights.matrix.values, round.weights[0].matrix.values) {
      all += Double(before) * Double(before)
      if after == 0 { lost += Double(before) * Double(before) } else { #expect(before == after) }
    }
    #expect(isClose(round.relativeErrors.refitted, lost / all, 1e-12, scale: 1))
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
}
