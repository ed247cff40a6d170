import Covers
import Graphs
import ReferenceBackend
import Repruning
import Runtime
import Tensors
import TestSupport
import Testing

/// Layers before a BatchNormalization.
@Suite struct OutputScaleTests {
  private struct Network {
    var graph: CaseGraph
    let layer: PrunableLayer
    let gains: [Float]
    let variances: [Float]
    let mean: ValueID
  }

  @Test(arguments: [false, true]) func filtersHaveTheScaleOfWhatFollows(_ hasBias: Bool) throws {
    let network = try Self.network(hasBias: hasBias)
    let scales = zip(network.gains, network.variances).map { gain, variance in
      abs(gain) / (variance + 1e-3).squareRoot()
    }
    #expect(network.layer.rowScales.map { Double($0) } == scales.map { Double($0) })
    let graph = network.graph.graph
    let stated = try #require(graph[network.layer.weights].constant).floats()
    let weights = try network.layer.filterWeights(in: graph)
    let taps = network.layer.taps
    for group in 0..<2 {
      for row in 0..<2 {
        for tap in 0..<taps {
          let filter = 2 * group + row
          #expect(
            weights[group].matrix[row, tap] == stated[filter * taps + tap] * scales[filter])
        }
      }
    }
  }

  /// A bias of b beyond what it was lowers the mean by b, or raises the bias, over the scale.
  @Test(arguments: [false, true]) func biasesGoWhereTheFileHasThem(_ hasBias: Bool) throws {
    let network = try Self.network(hasBias: hasBias)
    let (graph, layer) = (network.graph.graph, network.layer)
    if hasBias {
      guard case .constant = layer.bias else {
        Issue.record("the bias is \(layer.bias)")
        return
      }
    } else {
      #expect(layer.bias == .mean(network.mean))
    }
    #expect(layer.mayChangeBias)
    var changed = graph
    let weights = try layer.filterWeights(in: graph).map {
      FilterWeights(matrix: $0.matrix, bias: $0.bias.map { $0 + 0.5 })
    }
    changed.setWeights(weights, of: layer)
    try changed.verify()
    #expect(changed.values.count == graph.values.count)
    #expect(
      changed[layer.weights].constant?.floats() == graph[layer.weights].constant?.floats())
    // The outputs behind the normalization rise by 0.5, or fall where the gain is negative.
    let session = try ReferenceBackend().compile(graph, options: CompileOptions(threads: 1))
      .makeSession()
    let other = try ReferenceBackend().compile(changed, options: CompileOptions(threads: 1))
      .makeSession()
    let before = try session.run(network.graph.inputs, outputCount: 1)[0].doubles()
    let after = try other.run(network.graph.inputs, outputCount: 1)[0].doubles()
    let pixels = before.count / 4
    for index in before.indices {
      let want = network.gains[index / pixels] < 0 ? -0.5 : 0.5
      #expect(isClose(after[index] - before[index], want, 1e-4, scale: 1))
    }
    // And back, to the bits that were there.
    changed.setWeights(try layer.filterWeights(in: graph), of: layer)
    #expect(changed.description == graph.description)
  }

  /// The relative error of a layer is that of the outputs that the network goes on with.
  @Test func errorsAreThoseBehindTheNormalization() throws {
    let network = try Self.network(hasBias: true)
    let (graph, layer) = (network.graph.graph, network.layer)
    let images = CalibrationCase.images(5, [4, 5, 5])
    let statistics = try Calibration(
      graph, images: images, runner: CalibrationCase.reference()
    ).statistics(of: layer, changed: graph)
    var random = SplitMix64(seed: 6)
    let new = try layer.filterWeights(in: graph).map { weights in
      FilterWeights(
        matrix: try FilterMatrix(
          rows: layer.rows, taps: layer.taps,
          values: weights.matrix.values.map { random.next() % 4 == 0 ? 0 : $0 }),
        bias: weights.bias)
    }
    let error = zip(statistics, new).reduce(0) { $0 + $1.0.errors(of: $1.1).reduce(0, +) }
    var changed = graph
    changed.setWeights(new, of: layer)
    var want = 0.0
    for image in 0..<images.count {
      let input = try images.tensors([image])
      let outputs = try [graph, changed].map {
        try ReferenceBackend().compile($0, options: CompileOptions(threads: 1)).makeSession()
          .run(input, outputCount: 1)[0].doubles()
      }
      want += zip(outputs[0], outputs[1]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    #expect(isClose(error, want, 1e-4, scale: want))
  }

  @Test func whatIsReadElsewhereIsNotScaled() throws {
    var network = CaseGraph(seed: 2)
    let y = try network.conv(network.input([1, 4, 5, 5]), filters: 4, Conv(kernel: [1, 1]))
    network.output(try Self.normalized(y, &network), y)
    let layer = try #require(try PrunableLayers(network.graph).layers.first)
    #expect(layer.rowScales.isEmpty)
  }

  /// Filters that nothing goes on with can still be divided by their scale.
  @Test func aGainOfZeroCountsAsAMillionth() throws {
    let network = try Self.network(hasBias: false, gains: [0, 2, 1e-30, 1])
    let scales = network.layer.rowScales
    #expect(scales[0] == 1e-6 * scales[1] && scales[2] == scales[0])
    let graph = network.graph.graph
    var changed = graph
    changed.setWeights(try network.layer.filterWeights(in: graph), of: network.layer)
    #expect(changed.description == graph.description)
    let none = try Self.network(hasBias: false, gains: [0, 0, 0, 0])
    #expect(none.layer.rowScales.isEmpty)
  }

  private static func network(
    hasBias: Bool, gains: [Float] = [0.5, -2, 1, 0.25]
  ) throws -> Network {
    var network = CaseGraph(seed: 2)
    let x = network.input([1, 4, 5, 5])
    let weights = network.constant([4, 2, 3, 3])
    let bias = hasBias ? network.constant([4]) : nil
    let y = try network.add(Conv(kernel: [3, 3], groups: 2), [x, weights, bias])
    let z = try Self.normalized(y, &network, gains: gains)
    network.output(z)
    let node = network.graph.nodes[1]
    return Network(
      graph: network, layer: try #require(try PrunableLayers(network.graph).layers.first),
      gains: gains, variances: [1, 0.5, 2, 4], mean: try #require(node.inputs[3]))
  }

  private static func normalized(
    _ y: ValueID, _ network: inout CaseGraph, gains: [Float] = [0.5, -2, 1, 0.25]
  ) throws -> ValueID {
    try network.add(
      BatchNormalization(epsilon: 1e-3),
      [
        y, network.constant(Tensor([4], gains)), network.constant([4]), network.constant([4]),
        network.constant(Tensor([4], [1, 0.5, 2, 4] as [Float])),
      ])
  }
}
