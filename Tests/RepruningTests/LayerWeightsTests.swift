import Covers
import Graphs
import ReferenceBackend
import Repruning
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct LayerWeightsTests {
  private static let networks: [@Sendable (inout CaseGraph) throws -> ValueID] = [
    { try $0.conv($0.input([2, 3, 5, 5]), filters: 4, Conv(kernel: [3, 2])) },
    { try $0.conv($0.input([2, 6, 5, 5]), filters: 4, Conv(kernel: [3, 2], groups: 2)) },
    { try $0.conv($0.input([2, 6, 9]), filters: 3, Conv(kernel: [4], groups: 3)) },
    { try $0.add(Conv(), [$0.input([2, 3, 4, 4]), $0.constant([5, 3, 2, 2])]) },
    { try $0.add(Gemm(), [$0.input([2, 3]), $0.constant([3, 4]), $0.constant([4])]) },
    {
      try $0.add(
        Gemm(alpha: 0.3, beta: 0.7, transposesB: true),
        [$0.input([2, 3]), $0.constant([4, 3]), $0.constant([1])])
    },
    { try $0.add(Gemm(transposesA: true), [$0.input([3, 2]), $0.constant([3, 4])]) },
    { try $0.add(MatMul(), [$0.input([2, 2, 3]), $0.constant([3, 4])]) },
    { try $0.add(MatMul(), [$0.input([2, 3]), $0.constant([3])]) },
  ]

  @Test(arguments: networks.indices) func weightsComeBackAsTheyWere(_ index: Int) throws {
    let (network, layer) = try make(index)
    let graph = network.graph
    let weights = try layer.filterWeights(in: graph)
    #expect(weights.count == layer.groupCount)
    let tensor = try #require(graph[layer.weights].constant)
    let back = layer.tensor(of: weights, in: graph)
    #expect(back.type == tensor.type)
    #expect(back.elements(as: Float.self) == tensor.elements(as: Float.self))
    #expect(layer.biasTensor(of: weights, in: graph) == nil)
    var same = graph
    same.setWeights(weights, of: layer)
    #expect(same.description == graph.description)
  }

  /// Changed weights compute what the filter matrices do.
  @Test(arguments: networks.indices) func changedWeightsAreReadBack(_ index: Int) throws {
    let (network, layer) = try make(index)
    var random = SplitMix64(seed: 9)
    let old = try layer.filterWeights(in: network.graph)
    let new = try old.enumerated().map { group, weights in
      FilterWeights(
        matrix: try FilterMatrix(
          rows: layer.rows, taps: layer.taps,
          values: weights.matrix.values.map { $0 + random.uniform() }),
        // One bias of the layer stays.
        bias: layer.mayChangeBias
          ? weights.bias.enumerated().map { $0 + group == 0 ? $1 : $1 + random.uniform() }
          : weights.bias)
    }
    var changed = network.graph
    changed.setWeights(new, of: layer)
    try changed.verify()
    let back = try layer.filterWeights(in: changed)
    for (got, want) in zip(back, new) {
      #expect(got.matrix == want.matrix)
      for (got, want) in zip(got.bias, want.bias) {
        #expect(isClose(Double(got), Double(want), 2e-7, scale: 2))
      }
    }
    #expect(back[0].bias[0] == old[0].bias[0])
    // What was not there before is added once.
    let valueCount = changed.values.count
    changed.setWeights(old, of: layer)
    changed.setWeights(new, of: layer)
    #expect(changed.values.count == valueCount)
    #expect(Set(changed.values.map(\.name)).count == valueCount)

    let window = layer.window
    let offsets = window.offsets(of: Array(0..<window.positionCount)[...])
    let output = try ReferenceBackend().compile(changed, options: CompileOptions(threads: 1))
      .makeSession().run(network.inputs, outputCount: 1)[0].elements(as: Float.self)
    let count = window.positionCount
    var total = 0.0
    for (group, weights) in new.enumerated() {
      var columns = [Float](repeating: 0, count: layer.taps * count)
      columns.withUnsafeMutableBufferPointer { columns in
        guard let base = columns.baseAddress else { return }
        window.gather(
          network.inputs[0], group: group, offsets: offsets, positionCount: count, to: base,
          stride: count, parts: runInOrder)
      }
      total += LayerOutputs(weights).outputs(
        of: columns, stride: count, count: count, parts: runInOrder
      ).reduce(0) { $0 + Double($1) * Double($1) }
    }
    let want = output.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(isClose(total, want, 1e-5, scale: want))
  }

  private func make(_ index: Int) throws -> (CaseGraph, PrunableLayer) {
    var network = CaseGraph(seed: 8)
    network.output(try Self.networks[index](&network))
    return (network, try #require(try PrunableLayers(network.graph).layers.first))
  }
}
