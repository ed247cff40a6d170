import Covers
import Graphs
import ReferenceBackend
import Repruning
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct LossProbeTests {
  /// The output of a single layer is its own output: a relative error is a relative loss.
  @Test func theUnitOfTheLastLinearLayerIsOne() throws {
    let network = try Self.linear(batch: 2)
    let probe = try LossProbe(network.calibration, options: Self.options(draws: 4))
    let unit = try probe.unit(of: network.layers[1], statistics: network.statistics[1])
    #expect(unit.draws.count == 4)
    for draw in unit.draws { #expect(isClose(draw, 1, 1e-4, scale: 1), "\(draw)") }
    #expect(isClose(unit.value, 1, 1e-4, scale: 1))
    #expect(unit.relativeSpread < 1e-4)
  }

  /// Of two layers y = V(Wx + b), noise N of W has the loss ‖VNx̃‖² / ‖y‖² with x̃ about its mean.
  @Test func theUnitOfALinearNetworkIsWhatAlgebraSays() throws {
    let network = try Self.linear(batch: 1)
    var options = Self.options(draws: 1)
    options.seed = 5
    let probe = try LossProbe(network.calibration, options: options)
    let (layer, last) = (network.layers[0], network.layers[1])
    let unit = try probe.unit(of: layer, statistics: network.statistics[0])
    let graph = network.calibration.graph
    let w = try layer.filterWeights(in: graph)[0]
    let v = try last.filterWeights(in: graph)[0]
    // The noise that the probe has drawn, from the difference that it makes.
    var generator = layer.generator(seed: options.seed)
    let noise = try #require(
      try WeightNoise(
        [w], statistics: network.statistics[0], changesBias: true, generator: &generator
      ).weights(relativeError: options.relativeError))
    let images = try (0..<network.calibration.images.count).map {
      try network.calibration.images.tensors([$0])[0].doubles()
    }
    func run(_ w: FilterWeights) -> [[Double]] {
      images.map { x in
        let hidden = (0..<w.matrix.rows).map { row in
          Oracle.dot(w.matrix.doubles(row), x) + Double(w.bias[row])
        }
        return (0..<v.matrix.rows).map { row in
          Oracle.dot(v.matrix.doubles(row), hidden) + Double(v.bias[row])
        }
      }
    }
    let (y, changed) = (run(w).flatMap { $0 }, run(noise.weights[0]).flatMap { $0 })
    let difference = zip(y, changed).map { $0 - $1 }
    let want = Oracle.dot(difference, difference) / Oracle.dot(y, y) / noise.relativeError
    #expect(isClose(unit.value, want, 1e-4, scale: want), "\(unit.value), want \(want)")
    #expect(isClose(noise.relativeError, options.relativeError, 1e-5, scale: 0.01))
  }

  /// Noise has the error that it says, by the definition, and leaves zeros.
  @Test func noiseHasItsError() throws {
    let network = try CalibrationCase(batch: 1)
    var index = 0
    try network.calibration().forEachLayer(network.layers) { layer, groups in
      let original = try layer.filterWeights(in: network.graph)
      for changesBias in [true, false] {
        var generator = SplitMix64(seed: 4)
        let noise = WeightNoise(
          original, statistics: groups, changesBias: changesBias, generator: &generator)
        let whole = try #require(try noise.weights(relativeError: 1e9))
        for (weights, before) in zip(whole.weights, original) {
          #expect(
            zip(weights.matrix.values, before.matrix.values).allSatisfy { $0 == 0 || $0 == 2 * $1 })
        }
        for relative in [1e-4, 0.01, 0.1] {
          let result = try #require(try noise.weights(relativeError: relative))
          let want = min(relative, whole.relativeError)
          #expect(isClose(result.relativeError, want, 1e-3, scale: want))
          let error = zip(groups, result.weights).reduce(0) {
            $0 + $1.0.errors(of: $1.1).reduce(0, +)
          }
          let energy = groups.reduce(0) { $0 + $1.outputSquare }
          #expect(isClose(error / energy, result.relativeError, 1e-9, scale: 1))
          for (weights, before) in zip(result.weights, original) {
            #expect(
              zip(weights.matrix.values, before.matrix.values).allSatisfy { ($0 == 0) == ($1 == 0) }
            )
            #expect(changesBias || weights.bias == before.bias)
          }
        }
      }
      index += 1
    }
    #expect(index == 4)
  }

  @Test func unitsOfAClassifierAreDivergences() throws {
    let network = try CalibrationCase(batch: 1)
    let graph = network.graph
    let calibration = try network.calibration()
    var options = Self.options(draws: 1)
    options.relativeError = 0.02
    let probe = try LossProbe(calibration, options: options)
    try calibration.forEachLayer(network.layers) { layer, groups in
      let unit = try probe.unit(of: layer, statistics: groups)
      var generator = layer.generator(seed: options.seed)
      let noise = try #require(
        try WeightNoise(
          layer.filterWeights(in: graph), statistics: groups, changesBias: layer.mayChangeBias,
          generator: &generator
        ).weights(relativeError: options.relativeError))
      var changed = graph
      changed.setWeights(noise.weights, of: layer)
      let (p, q) = (try scores(graph, network), try scores(changed, network))
      let divergences = zip(p, q).map { p, q in
        zip(p, q).reduce(0) { $0 + $1.0 * ($1.0 / $1.1).logarithm }
      }
      let want = divergences.reduce(0, +) / Double(p.count) / noise.relativeError
      #expect(isClose(unit.value, want, 1e-3, scale: want), "\(unit.value), want \(want)")
      #expect(unit.value > 0)
    }
  }

  /// Noise in the last layer is an error of the outputs themselves, by squares as in a regression.
  @Test func unitsBySquaresAreThoseOfRegressions() throws {
    let network = try CalibrationCase(batch: 1)
    let calibration = try network.calibration()
    var options = Self.options(draws: 2)
    let byShape = try LossProbe(calibration, options: options)
    options.measure = .divergence
    let byDivergence = try LossProbe(calibration, options: options)
    options.measure = .squares
    let bySquares = try LossProbe(calibration, options: options)
    let layer = try #require(network.layers.last)
    let groups = try calibration.statistics(of: layer, changed: network.graph)
    let unit = try bySquares.unit(of: layer, statistics: groups)
    for draw in unit.draws { #expect(isClose(draw, 1, 1e-3, scale: 1), "\(draw)") }
    let other = try byShape.unit(of: layer, statistics: groups)
    #expect(abs(other.value - 1) > 0.1, "a divergence tells the same: \(other.value)")
    #expect(try byDivergence.unit(of: layer, statistics: groups) == other)
  }

  @Test func unitsAreReproducible() throws {
    let options = Self.options(draws: 3)
    let want = try units(CalibrationCase(batch: 1), CalibrationCase.reference(), options)
    #expect(Set(want.map(\.value)).count == 4)
    for batch in [3, 8] {
      let got = try units(CalibrationCase(batch: batch), CalibrationCase.reference(), options)
      #expect(got == want, "batch \(batch)")
    }
    var alone = options
    alone.byteLimit = 0
    #expect(try units(CalibrationCase(batch: 3), CalibrationCase.reference(), alone) == want)
    let cpu = try units(CalibrationCase(batch: 3), CalibrationCase.cpu(), options)
    for (got, want) in zip(cpu, want) {
      #expect(isClose(got.value, want.value, 1e-2, scale: want.value))
      #expect(got.draws.count == 3)
    }
    var other = options
    other.seed = 1
    #expect(try units(CalibrationCase(batch: 1), CalibrationCase.reference(), other) != want)
    other = options
    other.imageLimit = 3
    #expect(try units(CalibrationCase(batch: 1), CalibrationCase.reference(), other) != want)
  }

  @Test func layersThatNoNoiseChangesLoseNothing() throws {
    var network = CaseGraph(seed: 1)
    let x = network.input([1, 3])
    let zeros = network.constant(Tensor([3, 4], [Float](repeating: 0, count: 12)))
    network.output(try network.add(Gemm(), [x, zeros, network.constant([4])]))
    let calibration = try Calibration(
      network.graph, images: CalibrationCase.images(5, [3]), runner: CalibrationCase.reference())
    let layer = try #require(try PrunableLayers(network.graph).layers.first)
    let unit = try LossProbe(calibration).unit(
      of: layer, statistics: try calibration.statistics(of: layer, changed: network.graph))
    #expect(unit == .zero)
    #expect(unit.value == 0 && unit.draws.isEmpty)
    #expect(LossUnit.assumed.value == 1)
  }

  @Test func outputsThatHaveNoLossAreRefused() throws {
    var integers = CaseGraph(seed: 1)
    let y = try integers.add(Gemm(), [integers.input([1, 3]), integers.constant([3, 4])])
    integers.output(try integers.add(ArgReduce(.max, axis: 1), [y]))
    var infinite = CaseGraph(seed: 1)
    let z = try infinite.add(Gemm(), [infinite.input([1, 3]), infinite.constant([3, 4])])
    infinite.output(try infinite.add(Unary(.log), [z]))
    var parts = CaseGraph(seed: 1)
    let u = try parts.add(Gemm(), [parts.input([2, 3]), parts.constant([3, 4])])
    parts.output(try parts.add(Transpose(permutation: [1, 0]), [u]))
    for (network, text) in [
      (integers, "no output of the network holds floating-point"), (infinite, "is not finite"),
      (parts, "does not have one part for each of the 2 images"),
    ] {
      let calibration = try Calibration(
        network.graph, images: CalibrationCase.images(5, [3]),
        runner: CalibrationCase.reference())
      #expect {
        try LossProbe(calibration)
      } throws: {
        "\($0)".contains(text)
      }
    }
  }

  private func units(
    _ network: CalibrationCase, _ runner: NetworkRunner, _ options: LossProbe.Options
  ) throws -> [LossUnit] {
    let calibration = try network.calibration(runner)
    let probe = try LossProbe(calibration, options: options)
    var units: [LossUnit] = []
    try calibration.forEachLayer(network.layers) { layer, groups in
      units.append(try probe.unit(of: layer, statistics: groups))
    }
    return units
  }

  /// The probabilities of each image.
  private func scores(_ graph: Graph, _ network: CalibrationCase) throws -> [[Double]] {
    let session = try ReferenceBackend().compile(graph, options: CompileOptions(threads: 1))
      .makeSession()
    return try (0..<network.images.count).map { image in
      let logits = try session.run(network.images.tensors([image]), outputCount: 1)[0].doubles()
      let exponentials = logits.map { $0.exponential }
      return exponentials.map { $0 / exponentials.reduce(0, +) }
    }
  }

  private static func options(draws: Int) -> LossProbe.Options {
    var options = LossProbe.Options()
    options.drawCount = draws
    return options
  }

  /// y = V(Wx + b) for 5 numbers, with calibration data.
  private static func linear(
    batch: Int
  ) throws -> (calibration: Calibration, layers: [PrunableLayer], statistics: [[LayerStatistics]]) {
    var network = CaseGraph(seed: 31)
    let x = network.input([batch, 5])
    let hidden = try network.add(Gemm(), [x, network.constant([5, 6]), network.constant([6])])
    let y = try network.add(Gemm(), [hidden, network.constant([6, 4])])
    // As a picture: its loss is relative squares.
    network.output(
      try network.add(Reshape(), [y, network.constant(Tensor([4], [Int64(batch), 1, 2, 2]))]))
    let calibration = try Calibration(
      network.graph, images: CalibrationCase.images(40, [5]),
      runner: CalibrationCase.reference())
    let layers = try PrunableLayers(network.graph).layers
    return (
      calibration, layers,
      try layers.map { try calibration.statistics(of: $0, changed: network.graph) }
    )
  }
}
