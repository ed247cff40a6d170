import Covers
import Graphs
import ReferenceBackend
import Repruning
import Runtime
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct CalibrationTests {
  /// Sums over what the definition says that filters read, in a network written out by hand.
  @Test func statisticsAreThoseOfTheDefinition() throws {
    let network = try CalibrationCase(batch: 1)
    let calibration = try network.calibration()
    var seen: [Int] = []
    try calibration.forEachLayer(network.layers) { layer, groups in
      seen.append(layer.node)
      try expect(groups, of: layer, network, changed: network.graph)
    }
    #expect(seen == network.layers.map(\.node))
    #expect(seen.count == 4)
  }

  @Test func aChangedPrefixGivesOtherInputsAndTheSameOutputs() throws {
    let network = try CalibrationCase(batch: 1)
    let calibration = try network.calibration()
    for changedLayer in network.layers.dropLast() {
      let changed = try network.changing(changedLayer)
      for layer in network.layers {
        let groups = try calibration.statistics(of: layer, changed: changed)
        try expect(groups, of: layer, network, changed: changed)
        let unchanged = try calibration.statistics(of: layer, changed: network.graph)
        let isAfter = layer.node > changedLayer.node
        for (group, other) in zip(groups, unchanged) {
          #expect(group.hasSameBits(as: other) == !isAfter, "\(layer.label)")
          if layer.path?.hasAddend != true { #expect(group.outputSquares == other.outputSquares) }
        }
      }
    }
  }

  @Test func theOriginalWeightsHaveNoError() throws {
    let network = try CalibrationCase(batch: 1)
    try network.calibration().forEachLayer(network.layers) { layer, groups in
      for (group, weights) in zip(groups, try layer.filterWeights(in: network.graph)) {
        let error = group.relative(group.errors(of: weights).reduce(0, +))
        #expect(error < 1e-12, "\(layer.label): \(error)")
      }
    }
  }

  /// One run for all layers, runs for each, and as many as memory allows give the same bits.
  @Test(arguments: [1, 3]) func oneRunGivesTheBitsOfMany(_ batch: Int) throws {
    for runner in [CalibrationCase.reference(), try CalibrationCase.cpu()] {
      let network = try CalibrationCase(batch: batch)
      let calibration = try network.calibration(runner)
      let single = try network.layers.map {
        try calibration.statistics(of: $0, changed: network.graph)
      }
      for byteLimit in [0, 200_000, 1 << 30] {
        var index = 0
        try calibration.forEachLayer(network.layers, byteLimit: byteLimit) { layer, groups in
          #expect(layer.node == network.layers[index].node)
          for (group, other) in zip(groups, single[index]) {
            #expect(group.hasSameBits(as: other), "\(runner.backend.name), \(layer.label)")
          }
          index += 1
        }
        #expect(index == network.layers.count)
      }
    }
  }

  @Test func theMemoryOfARunIsBounded() throws {
    let network = try CalibrationCase(batch: 3)
    let counter = Counter()
    let (images, count) = (network.images, network.images.count)
    let counted = CalibrationImages(count: count) { indices in
      counter.count.add(indices.count, ordering: .relaxed)
      return try images.tensors(indices)
    }
    let calibration = try Calibration(
      network.graph, images: counted, runner: CalibrationCase.reference())
    let layers = network.layers
    #expect(calibration.runs(layers, byteLimit: 1 << 30) == [0..<4])
    #expect(calibration.runs(layers, byteLimit: 0) == [0..<1, 1..<2, 2..<3, 3..<4])
    #expect(calibration.runs([], byteLimit: 0).isEmpty)
    // Between these, some layers go together and others do not.
    let limits = stride(from: 0, through: 2_000_000, by: 10_000)
    let runs = limits.map { calibration.runs(layers, byteLimit: $0) }
    #expect(Set(runs.map(\.count)).isSuperset(of: [1, 2, 3, 4]))
    for (limit, runs) in zip(limits, runs) {
      #expect(runs.flatMap { Array($0) } == Array(layers.indices), "\(limit)")
    }
    for (limit, runs) in zip(limits, runs) where limit % 200_000 == 0 {
      counter.count.store(0, ordering: .relaxed)
      try calibration.forEachLayer(layers, byteLimit: limit) { _, _ in }
      #expect(counter.count.load(ordering: .relaxed) == count * runs.count)
    }
  }

  @Test func batchesAndThreadsChangeNothing() throws {
    let want = try statistics(CalibrationCase(batch: 1).calibration(), runInOrder)
    for batch in [2, 3, 7, 8] {
      let network = try CalibrationCase(batch: batch)
      for (name, parts) in partLoops {
        let got = try statistics(network.calibration(), parts)
        #expect(got.count == want.count)
        for (group, other) in zip(got, want) {
          #expect(group.hasSameBits(as: other), "batch \(batch), \(name)")
        }
      }
    }
    let network = try CalibrationCase(batch: 4)
    let one = try statistics(network.calibration(CalibrationCase.cpu(threads: 1)), runInOrder)
    let two = try statistics(network.calibration(CalibrationCase.cpu(threads: 2)), runInOrder)
    for (group, other) in zip(one, two) { #expect(group.hasSameBits(as: other)) }
    for (group, other) in zip(one, want) {
      for (got, want) in zip(group.outputSquares, other.outputSquares) {
        #expect(isClose(got, want, 1e-5, scale: want))
      }
    }
  }

  @Test func positionsAreSampled() throws {
    let network = try CalibrationCase(batch: 3)
    let layer = network.layers[1]
    let perImage = layer.positionCount / network.batch
    for limit in [1, 20, perImage * 7, 1000] {
      let options = Calibration.Options(seed: 3, positionLimit: limit)
      let calibration = try network.calibration(options: options)
      let groups = try calibration.statistics(of: layer, changed: network.graph)
      #expect(groups.allSatisfy { $0.positionCount == min(limit, perImage * 7) })
      let again = try network.calibration(options: options)
        .statistics(of: layer, changed: network.graph)
      #expect(groups[0].hasSameBits(as: again[0]))
      let other = try network.calibration(options: .init(seed: 4, positionLimit: limit))
        .statistics(of: layer, changed: network.graph)
      #expect(groups[0].hasSameBits(as: other[0]) == (limit >= perImage * 7))
    }
  }

  @Test func passesMayRunOnTheParts() throws {
    let network = try CalibrationCase(batch: 2)
    let counter = Counter()
    let plain = CalibrationCase.reference()
    let runner = NetworkRunner(plain.backend, options: plain.options) { graph in
      counter.count.add(1, ordering: .relaxed)
      return graph
    }
    let layer = network.layers[2]
    let got = try network.calibration(runner).statistics(of: layer, changed: network.graph)
    #expect(counter.count.load(ordering: .relaxed) == 1)
    let want = try network.calibration().statistics(of: layer, changed: network.graph)
    #expect(got[0].hasSameBits(as: want[0]))
    _ = try network.calibration(runner).statistics(
      of: layer, changed: network.changing(network.layers[0]))
    #expect(counter.count.load(ordering: .relaxed) == 3)
  }

  /// A graph after passes: residual and activation are no part of a layer's outputs.
  @Test func fusedNodesHaveTheOutputsOfTheirWeights() throws {
    var layers: [(Graph, PrunableLayer, LayerStatistics)] = []
    for isFused in [false, true] {
      var network = CaseGraph(seed: 41)
      let x = network.input([2, 3, 5, 5])
      let weights = network.constant([3, 3, 3, 3])
      let op = Conv(
        kernel: [3, 3], padding: .sameUpper, activation: isFused ? .relu : .identity,
        addsResidual: isFused)
      network.output(try network.add(op, isFused ? [x, weights, nil, x] : [x, weights]))
      let layer = try #require(try PrunableLayers(network.graph).layers.first)
      let calibration = try Calibration(
        network.graph, images: CalibrationCase.images(3, [3, 5, 5]),
        runner: CalibrationCase.reference())
      layers.append(
        (
          network.graph, layer,
          try calibration.statistics(of: layer, changed: network.graph)[0]
        ))
    }
    let (plain, fused) = (layers[0], layers[1])
    #expect(fused.2.hasSameBits(as: plain.2))
    #expect(fused.1.bias == .absent)
    let layer = fused.1
    var changed = fused.0
    var weights = try layer.filterWeights(in: changed)
    weights[0].bias = [1, 2, 3]
    changed.setWeights(weights, of: layer)
    try changed.verify()
    let inputs = changed.nodes[0].inputs
    #expect(inputs.count == 4 && inputs[3] == fused.0.nodes[0].inputs[3])
    #expect(inputs[2].flatMap { changed[$0].constant }?.elements(as: Float.self) == [1, 2, 3])
    #expect(try layer.filterWeights(in: changed)[0].bias == [1, 2, 3])
    #expect(try plain.1.filterWeights(in: plain.0)[0].bias == [0, 0, 0])
  }

  @Test func dataThatDoNotFitAreRefused() throws {
    let network = try CalibrationCase(batch: 2)
    func expect(
      _ code: HewnError.Code, _ text: String, _ graph: Graph, _ images: CalibrationImages
    ) {
      #expect {
        try Calibration(graph, images: images, runner: CalibrationCase.reference())
          .forEachLayer(PrunableLayers(graph).layers) { _, _ in }
      } throws: {
        ($0 as? HewnError)?.code == code && "\($0)".contains(text)
      }
    }
    let graph = network.graph
    expect(.invalidArgument, "no images", graph, CalibrationCase.images(0, [3, 8, 7]))
    expect(.invalidArgument, "2 images are", graph, CalibrationCase.images(3, [3, 8, 8]))
    expect(
      .invalidArgument, "0 tensors for 1 inputs", graph, CalibrationImages(count: 2) { _ in [] })
    expect(
      .failedCheck, "Conv \"node0\": the layer's inputs or outputs are not finite", graph,
      CalibrationImages(count: 3) { images in
        let elements = (0..<images.count * 168).map { $0 == 5 ? Float.nan : 1 }
        return [Tensor([images.count, 3, 8, 7], elements)]
      })
    expect(
      .io, "gone", graph, CalibrationImages(count: 3) { _ in throw HewnError(.io, "gone") })

    var odd = CaseGraph(seed: 1)
    let x = odd.input([2, 3, 2])
    let rows = try odd.add(Reshape(), [x, odd.constant(Tensor([2], [Int64(3), 4]))])
    odd.output(try odd.add(MatMul(), [rows, odd.constant([4, 2])]))
    expect(
      .invalidArgument, "MatMul \"node1\": its 3 positions do not divide among the 2 images",
      odd.graph, CalibrationCase.images(2, [3, 2]))
    var scalar = CaseGraph(seed: 1)
    scalar.output(try scalar.add(MatMul(), [scalar.input([2, 3]), scalar.constant([3, 2])]))
    _ = scalar.input([])
    expect(
      .invalidArgument, "begin with the batch", scalar.graph, CalibrationCase.images(2, [3]))
  }

  private func statistics(
    _ calibration: Calibration, _ parts: PartLoop
  ) throws -> [LayerStatistics] {
    var result: [LayerStatistics] = []
    try calibration.forEachLayer(try PrunableLayers(calibration.graph).layers, parts: parts) {
      result += $1
    }
    return result
  }

  /// Expects sums over all positions of all images: inputs of the changed network, outputs of the
  /// original one; and of the layer that is added to its input what that has lost too.
  private func expect(
    _ groups: [LayerStatistics], of layer: PrunableLayer, _ network: CalibrationCase,
    changed: Graph
  ) throws {
    let inputs = try network.input(of: layer, in: changed)
    let originals = try network.input(of: layer, in: network.graph)
    let names = [
      0: ConvCase(
        input: [], filters: 4, kernel: [3, 3], strides: [2, 2], pads: [1, 0, 1, 2]),
      2: ConvCase(input: [], filters: 4, kernel: [3, 3], pads: [1, 1, 1, 1], groups: 2),
      5: ConvCase(input: [], filters: 5, kernel: [1, 1]),
    ]
    let node = network.graph.nodes[layer.node]
    func constant(_ index: Int) -> Tensor? {
      index < node.inputs.count ? node.inputs[index].flatMap { network.graph[$0].constant } : nil
    }
    let weights = try #require(constant(1))
    for (group, statistics) in groups.enumerated() {
      func naive(_ tensors: [Tensor]) -> [NaiveLayer] {
        tensors.map { tensor in
          if let convCase = names[layer.node] {
            return convCase.naive(tensor, weights: weights, bias: constant(2), group: group)
          }
          let values = weights.doubles()
          return NaiveLayer(
            rows: [tensor.doubles()], filters: layer.rows, bias: constant(2)?.doubles()
          ) { values[$0 * layer.taps + $1] }
        }
      }
      let (now, before) = (naive(inputs), naive(originals))
      let x = (0..<layer.taps).map { tap in now.flatMap { $0.x[tap] } }
      var y = (0..<layer.rows).map { row in before.flatMap { $0.y[row] } }
      #expect((layer.path?.hasAddend == true) == (layer.node == 2))
      if layer.path?.hasAddend == true {
        for row in y.indices {
          let lost = zip(originals, inputs).flatMap { original, input in
            let plane = original.shape[2] * original.shape[3]
            let own = (group * layer.rows + row) * plane..<(group * layer.rows + row + 1) * plane
            return zip(original.doubles()[own], input.doubles()[own]).map { $0 - $1 }
          }
          y[row] = zip(y[row], lost).map { $0 + $1 }
        }
      }
      #expect(statistics.positionCount == x[0].count)
      let block = try #require(statistics.blocks.first)
      let (centredX, centredY) = (x.map(Oracle.deviations), y.map(Oracle.deviations))
      let power = x.map { Oracle.dot($0, $0).squareRoot() }
      for i in x.indices {
        for j in 0...i {
          #expect(
            isClose(
              block.gram[i, j], Oracle.dot(centredX[i], centredX[j]), 1e-6,
              scale: power[i] * power[j]))
        }
      }
      for row in y.indices {
        let square = Oracle.dot(y[row], y[row])
        #expect(isClose(statistics.outputSquares[row], square, 1e-6, scale: square))
        for j in x.indices {
          #expect(
            isClose(
              block.cross[row * layer.taps + j], Oracle.dot(centredY[row], centredX[j]), 1e-6,
              scale: power[j] * square.squareRoot()))
        }
      }
    }
  }
}

/// Counts calls from closures that may be sent.
final class Counter: Sendable {
  let count = Atomic(0)
}
