import Covers
import Graphs
import ReferenceBackend
import Repruning
import Runtime
import Tensors
import TestSupport
import Testing

/// Layers whose outputs are normalized, added to another value, or clamped.
@Suite struct OutputPathTests {
  /// A layer that is free to takes back all that was lost beside it, behind a normalization too.
  @Test(arguments: [false, true]) func theLossOfTheOtherOperandIsMadeUpFor(
    _ isNormalized: Bool
  ) throws {
    var network = CaseGraph(seed: 5)
    let x = network.input([1, 3, 6, 5])
    let a = try network.add(Conv(), [x, network.constant([3, 3, 1, 1])])
    var y = try network.add(
      Conv(), [a, network.constant([3, 3, 1, 1]), network.constant([3])])
    if isNormalized { y = try Self.normalized(y, &network) }
    network.output(try network.add(Binary(.add), [a, y]))
    let graph = network.graph
    let layers = try PrunableLayers(graph).layers
    var changed = graph
    changed.setWeights([try Self.other(layers[0], in: graph)], of: layers[0])
    let images = CalibrationCase.images(6, [3, 6, 5])
    let before = try Self.error(graph, changed, images)
    let statistics = try Calibration(graph, images: images, runner: CalibrationCase.reference())
      .statistics(of: layers[1], changed: changed)
    let refit = try Self.refit(
      try layers[1].filterWeights(in: graph)[0], statistics[0], damping: 1e-12)
    changed.setWeights([refit.weights], of: layers[1])
    let after = try Self.error(graph, changed, images)
    #expect(before > 0.05)
    #expect(after < 1e-8, "\(after)")
  }

  /// Errors by what a clamp lets through are at least those behind it, and solving by them lowers these.
  @Test(arguments: [false, true], [false, true]) func aClampHidesErrors(
    _ isNormalized: Bool, _ isAdded: Bool
  ) throws {
    var lowered = 0
    for seed in UInt64(1)...6 {
      var network = CaseGraph(seed: seed)
      let x = network.input([1, 4, 6, 5])
      var y = try network.add(
        Conv(), [x, network.constant([4, 4, 1, 1]), isNormalized ? nil : network.constant([4])])
      if isNormalized { y = try Self.normalized(y, &network, gains: [1, -2, 0.5, -0.7]) }
      if isAdded { y = try network.add(Binary(.add), [y, x]) }
      network.output(try network.add(Unary(.activation(.relu)), [y]))
      let graph = network.graph
      let layer = try #require(try PrunableLayers(graph).layers.first)
      #expect(layer.path?.clamp == 0...(.infinity) && layer.path?.hasAddend == isAdded)
      let images = CalibrationCase.images(6, [4, 6, 5])
      let calibration = try Calibration(
        graph, images: images, runner: CalibrationCase.reference())
      // Two of four taps go, and the others are solved for.
      var weights = try layer.filterWeights(in: graph)[0]
      weights.matrix = try FilterMatrix(
        rows: 4, taps: 4,
        values: weights.matrix.values.enumerated().map { $0 % 4 < 2 ? 0 : $1 })
      let plain = try calibration.statistics(of: layer, changed: graph)[0]
      let first = try Self.refit(weights, plain).weights
      let statistics = try calibration.statistics(of: layer, changed: graph, fitted: [first])[0]
      let second = try Self.refit(first, statistics)
      let errors = try [first, second.weights].map {
        var changed = graph
        changed.setWeights([$0], of: layer)
        return try Self.squares(graph, changed, images)
      }
      let bounds = [second.errorsBefore, second.errorsAfter].map { $0.reduce(0, +) }
      #expect(bounds[1] <= bounds[0] && bounds[0] <= plain.errors(of: first).reduce(0, +))
      for (error, bound) in zip(errors, bounds) { #expect(error <= bound * 1.00001) }
      if errors[1] < 0.98 * errors[0] { lowered += 1 }
    }
    #expect(lowered >= 3, "\(lowered) of 6")
  }

  /// z = sign · y + offset + r is what the clamp reads.
  @Test(arguments: [false, true]) func whatIsReadIsMadeOfSignAndOffset(_ hasBias: Bool) throws {
    var network = CaseGraph(seed: 8)
    let x = network.input([1, 3, 4, 5])
    let y = try network.add(
      Conv(), [x, network.constant([4, 3, 1, 1]), hasBias ? network.constant([4]) : nil])
    let z = try Self.normalized(y, &network, gains: [1.5, -2, 0.25, -1])
    let relu = try network.add(Unary(.activation(.relu)), [z])
    network.output(relu)
    var graph = network.graph
    let layer = try #require(try PrunableLayers(graph).layers.first)
    let path = try #require(layer.path)
    #expect(path.signs == [1, -1, 1, -1])
    let input = try CalibrationCase.images(1, [3, 4, 5]).tensors([0])
    let outputs = LayerOutputs(try layer.filterWeights(in: graph)[0]).outputs(
      of: input[0].elements(as: Float.self), stride: 20, count: 20, parts: runInOrder)
    graph.outputs = [z]
    let want = try ReferenceBackend().compile(graph, options: CompileOptions(threads: 1))
      .makeSession().run(input, outputCount: 1)[0].doubles()
    for index in want.indices {
      let got = path.signs[index / 20] * outputs[index] + path.offsets[index / 20]
      #expect(isClose(Double(got), want[index], 1e-5, scale: 1))
    }
  }

  /// The nearest z that the network takes for the wanted one.
  @Test func targetsComeThroughTheClampAsTheOriginalDoes() throws {
    var network = CaseGraph(seed: 1)
    let x = network.input([1, 3, 2, 2])
    let y = try network.add(Conv(), [x, network.constant([3, 3, 1, 1])])
    let z = try Self.normalized(y, &network, gains: [1, -1, 0])
    network.output(try network.add(Clip(), [z, nil, network.constant(Tensor([], [Float(6)]))]))
    let unbounded = try #require(try PrunableLayers(network.graph).layers.first?.path)
    #expect(unbounded.clamp == -(.infinity)...6)
    #expect(
      unbounded.target(original: 3, added: 0, fitted: 2, addedNow: 0, filter: 2) == 3,
      "a filter of which nothing is left aims at what it was")
    #expect(
      unbounded.target(
        original: 3, added: -.infinity, fitted: 2, addedNow: -.infinity, filter: 0) == 3)
    let (clamp, offsets) = (try #require(unbounded.clamp), unbounded.offsets)
    let numbers: [Float] = [-9, -2, -0.5, 0, 0.75, 3, 8, 12]
    for filter in 0..<2 {
      let sign: Float = filter == 0 ? 1 : -1
      for (original, fitted) in numbers.flatMap({ a in numbers.map { (a, $0) } }) {
        for (added, now) in [(0, 0), (1, -2), (5, 7)] as [(Float, Float)] {
          func z(_ y: Float, _ r: Float) -> Float { sign * y + offsets[filter] + r }
          func read(_ z: Float) -> Float { min(max(z, clamp.lowerBound), clamp.upperBound) }
          let (wanted, given) = (z(original, added), z(fitted, now))
          let target = unbounded.target(
            original: original, added: added, fitted: fitted, addedNow: now, filter: filter)
          #expect(abs(read(z(target, now)) - read(wanted)) < 1e-5)
          if read(given) == read(wanted) { #expect(abs(target - fitted) < 1e-5) }
          let plain = unbounded.target(
            original: original, added: added, fitted: nil, addedNow: now, filter: filter)
          #expect(abs(z(plain, now) - wanted) < 1e-5)
          #expect(abs(target - fitted) <= abs(plain - fitted) + 1e-5)
        }
      }
    }
  }

  @Test func whatFollowsIsFound() throws {
    func path(
      _ build: (inout CaseGraph, _ x: ValueID, _ y: ValueID) throws -> ValueID
    ) throws -> OutputPath? {
      var network = CaseGraph(seed: 3)
      let x = network.input([2, 4, 5, 5])
      let y = try network.add(Conv(), [x, network.constant([4, 4, 1, 1])])
      network.output(try build(&network, x, y))
      return try #require(try PrunableLayers(network.graph).layers.first).path
    }
    func add(_ a: ValueID, _ b: ValueID, _ network: inout CaseGraph) throws -> ValueID {
      try network.add(Binary(.add), [a, b])
    }
    let added = try path { try add($1, $2, &$0) }
    #expect(added?.hasAddend == true && added?.clamp == nil && added?.signs == [1, 1, 1, 1])
    #expect(try path { try add($2, $1, &$0) }?.hasAddend == true)
    let turned = try path { network, x, y in
      try add(Self.normalized(y, &network, gains: [1, -2, 0, 0.5]), x, &network)
    }
    #expect(turned?.signs == [1, -1, 0, 1])
    // Another operator, a constant, a row, itself, a value that is read elsewhere, and one that is later.
    #expect(try path { try $0.add(Binary(.subtract), [$2, $1]) } == nil)
    #expect(try path { try add($2, $0.constant([2, 4, 5, 5]), &$0) } == nil)
    #expect(try path { try add($2, $0.input([1, 4, 1, 1]), &$0) } == nil)
    #expect(try path { try add($2, $2, &$0) } == nil)
    #expect(
      try path {
        $0.output($2)
        return try add($1, $2, &$0)
      } == nil)
    #expect(
      try path { network, x, y in
        try add(y, network.add(Unary(.activation(.relu)), [x]), &network)
      } == nil)
    #expect(try path { try $0.add(Unary(.activation(.sigmoid)), [$2]) } == nil)
    let clipped = try path { try $0.add(Unary(.activation(.clip(lower: -1, upper: 2))), [$2]) }
    #expect(clipped?.clamp == -1...2 && clipped?.hasAddend == false)
    let bounds = try path {
      try $0.add(
        Clip(), [$2, $0.constant(Tensor([], [Float(0)])), $0.constant(Tensor([], [Float(6)]))])
    }
    #expect(bounds?.clamp == 0...6)
    #expect(try path { try $0.add(Clip(), [$2, $0.input([])]) } == nil)
  }

  /// What a node adds that is not the filters' own.
  @Test func outputsOfWhichTooLittleIsKnownHaveNone() throws {
    func path(
      _ build: (inout CaseGraph, _ x: ValueID) throws -> ValueID
    ) throws -> OutputPath? {
      var network = CaseGraph(seed: 3)
      let y = try build(&network, network.input([2, 4]))
      network.output(try network.add(Unary(.activation(.relu)), [y]))
      return try #require(try PrunableLayers(network.graph).layers.first).path
    }
    func gemm(_ network: inout CaseGraph, _ x: ValueID, _ c: ValueID?) throws -> ValueID {
      try network.add(Gemm(), [x, network.constant([4, 3]), c])
    }
    #expect(try path { try gemm(&$0, $1, nil) }?.clamp == 0...(.infinity))
    #expect(try path { try gemm(&$0, $1, $0.constant([3])) } != nil)
    #expect(try path { try gemm(&$0, $1, $0.constant([2, 3])) } == nil)
    #expect(try path { try gemm(&$0, $1, $0.input([3])) } == nil)
    #expect(try path { try $0.add(MatMul(), [$1, $0.constant([4, 3])]) } != nil)
    #expect(
      try path { try $0.add(Gemm(activation: .sigmoid), [$1, $0.constant([4, 3])]) } == nil)

    var network = CaseGraph(seed: 3)
    let x = network.input([2, 4, 5, 5])
    let y = try network.add(
      Conv(activation: .sigmoid), [x, network.constant([4, 4, 1, 1])])
    network.output(try network.add(Unary(.activation(.relu)), [y]))
    #expect(try PrunableLayers(network.graph).layers.first?.path == nil)

    // A normalization whose means are the biases, and may not change.
    var scaled = CaseGraph(seed: 3)
    let z = try Self.normalized(
      scaled.add(Conv(), [scaled.input([1, 3, 2, 2]), scaled.constant([3, 3, 1, 1])]), &scaled)
    scaled.output(try scaled.add(Unary(.activation(.relu)), [z]))
    let layer = try #require(try PrunableLayers(scaled.graph).layers.first)
    #expect(layer.path != nil && layer.keepingBias(because: "it is read-only").path == nil)
  }

  // MARK: Networks

  private static func other(
    _ layer: PrunableLayer, in graph: Graph
  ) throws -> FilterWeights {
    let weights = try layer.filterWeights(in: graph)[0]
    return FilterWeights(
      matrix: try FilterMatrix(
        rows: layer.rows, taps: layer.taps, values: weights.matrix.values.map { 0.5 * $0 + 0.1 }),
      bias: weights.bias)
  }

  private static func refit(
    _ weights: FilterWeights, _ statistics: LayerStatistics, damping: Double = 1e-6
  ) throws -> Refit {
    let costs = CoverCosts(leaf: 1, heights: [])
    return try Refit(
      Cover.exact(weights.matrix, costs: costs, tree: .greedy(weights.matrix, costs: costs)),
      bias: weights.bias, statistics: statistics,
      options: Refit.Options(damping: Damping(relative: damping)))
  }

  /// Σ(y − ŷ)² of two networks, by the reference backend.
  private static func squares(
    _ graph: Graph, _ changed: Graph, _ images: CalibrationImages
  ) throws -> Double {
    try outputs(graph, changed, images).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// Σ(y − ŷ)² / Σy².
  private static func error(
    _ graph: Graph, _ changed: Graph, _ images: CalibrationImages
  ) throws -> Double {
    let energy = try outputs(graph, graph, images).reduce(0) { $0 + $1.0 * $1.0 }
    return try squares(graph, changed, images) / energy
  }

  private static func outputs(
    _ graph: Graph, _ changed: Graph, _ images: CalibrationImages
  ) throws -> [(Double, Double)] {
    let sessions = try [graph, changed].map {
      try ReferenceBackend().compile($0, options: CompileOptions(threads: 1)).makeSession()
    }
    return try (0..<images.count).flatMap { image in
      let input = try images.tensors([image])
      let outputs = try sessions.map { try $0.run(input, outputCount: 1)[0].doubles() }
      return Array(zip(outputs[0], outputs[1]))
    }
  }

  private static func normalized(
    _ y: ValueID, _ network: inout CaseGraph, gains: [Float] = [0.5, -2, 1]
  ) throws -> ValueID {
    let count = gains.count
    return try network.add(
      BatchNormalization(epsilon: 1e-3),
      [
        y, network.constant(Tensor([count], gains)), network.constant([count]),
        network.constant([count]),
        network.constant(Tensor([count], [Float](repeating: 1.5, count: count))),
      ])
  }
}
