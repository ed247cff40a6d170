import Foundation
import Graphs
import ReferenceBackend
import Repruning
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct NetworkMeasureTests {
  /// Losses and classes by the definition, from runs of the whole network.
  @Test(arguments: [1, 3]) func answersAreThoseOfTheDefinition(_ batch: Int) throws {
    let network = try CalibrationCase(batch: batch)
    let labels = (0..<network.images.count).map { $0 % 6 }
    let measure = try NetworkMeasure(
      of: network.graph, images: network.images, labels: labels,
      runner: CalibrationCase.reference())
    let original = try Self.scores(network.graph, network.images)
    #expect(measure.original.loss == 0)
    #expect(measure.original.isRight == Self.isRight(original, labels))
    for layer in network.layers {
      let changed = try network.changing(layer)
      let result = try measure(changed)
      let scores = try Self.scores(changed, network.images)
      #expect(result.isRight == Self.isRight(scores, labels))
      let want =
        zip(original, scores).reduce(0) { $0 + Self.divergence($1.0, $1.1) }
        / Double(original.count)
      #expect(want > 0 && isClose(result.loss, want, 1e-5, scale: want))
    }
    #expect(Set(measure.original.isRight).count == 2, "the labels tell nothing")
    let accuracy = try #require(measure.original.accuracy)
    #expect(accuracy == Double(measure.original.isRight.count { $0 }) / Double(labels.count))
  }

  @Test func ofEqualScoresTheFirstIsTheGreater() throws {
    var network = CaseGraph(seed: 3)
    let x = network.input([2, 3])
    network.output(
      try network.add(
        MatMul(), [x, network.constant(Tensor([3, 3], [1, 1, 0, 1, 1, 0, 1, 1, 0] as [Float]))]))
    // Scores s, s, 0 for s = 3 and −3.
    let images = CalibrationImages(count: 2) { indices in
      [
        Tensor(
          [indices.count, 3], indices.flatMap { [Float](repeating: $0 == 0 ? 1 : -1, count: 3) })
      ]
    }
    for (labels, want) in [([0, 2], [true, true]), ([1, 0], [false, false])] {
      let measure = try NetworkMeasure(
        of: network.graph, images: images, labels: labels, runner: CalibrationCase.reference())
      #expect(measure.original.isRight == want)
    }
  }

  @Test func aNetworkThatOverflowsIsWrongEverywhere() throws {
    let network = try CalibrationCase(batch: 1)
    let labels = [Int](repeating: 1, count: network.images.count)
    let measure = try NetworkMeasure(
      of: network.graph, images: network.images, labels: labels,
      runner: CalibrationCase.reference())
    var changed = network.graph
    for layer in network.layers {
      let tensor = try #require(changed[layer.weights].constant)
      changed[layer.weights].constant = Tensor(tensor.shape, tensor.floats().map { $0 * 1e30 })
    }
    let result = try measure(changed)
    #expect(result.loss == .infinity)
    #expect(result.isRight == labels.map { _ in false })
  }

  @Test func labelsMustBeThoseOfAnOutput() throws {
    let network = try CalibrationCase(batch: 1)
    for label in [-1, 6] {
      let error = #expect(throws: HewnError.self) {
        try NetworkMeasure(
          of: network.graph, images: network.images,
          labels: [label] + [Int](repeating: 0, count: network.images.count - 1),
          runner: CalibrationCase.reference())
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("6 classes, 0 to 5; for outputs") == true)
      #expect(error?.message.contains("--loss squares") == true)
    }
    var pictures = CaseGraph(seed: 4)
    pictures.output(
      try pictures.conv(pictures.input([1, 2, 4, 4]), filters: 3, Conv(kernel: [1, 1])))
    let error = #expect(throws: HewnError.self) {
      try NetworkMeasure(
        of: pictures.graph, images: CalibrationCase.images(2, [2, 4, 4]), labels: [0, 0],
        runner: CalibrationCase.reference())
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("class scores") == true)
    #expect(error?.message.contains("--loss squares") == true)
  }

  /// Coordinates have the shape of class scores. By their squares labels do not matter, whatever they are.
  @Test(arguments: [1, 3]) func squaresAreThoseOfTheDefinition(_ batch: Int) throws {
    let network = try CalibrationCase(batch: batch)
    let labels = (0..<network.images.count).map { 100 - 60 * $0 }
    let measure = try NetworkMeasure(
      of: network.graph, images: network.images, labels: labels, measure: .squares,
      runner: CalibrationCase.reference())
    #expect(measure.original.loss == 0 && measure.original.isRight.isEmpty)
    #expect(measure.original.accuracy == nil)
    let original = try Self.scores(network.graph, network.images).flatMap { $0 }
    let layer = try #require(network.layers.first)
    let changed = try network.changing(layer)
    let scores = try Self.scores(changed, network.images).flatMap { $0 }
    let errors = zip(original, scores).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    let want = errors / original.map { $0 * $0 }.reduce(0, +)
    let result = try measure(changed)
    #expect(want > 0 && isClose(result.loss, want, 1e-5, scale: want))
    #expect(result.isRight.isEmpty)
  }

  @Test func divergencesNeedClassScores() throws {
    let network = try CalibrationCase(batch: 1)
    let layer = try #require(network.layers.first)
    let changed = try network.changing(layer)
    let losses = try [nil, LossMeasure.divergence].map { measure in
      try NetworkMeasure(
        of: network.graph, images: network.images, labels: nil, measure: measure,
        runner: CalibrationCase.reference())(changed).loss
    }
    #expect(losses[0] > 0 && losses[0] == losses[1])
    var pictures = CaseGraph(seed: 4)
    pictures.output(
      try pictures.conv(pictures.input([2, 2, 4, 4]), filters: 3, Conv(kernel: [1, 1])))
    let error = #expect(throws: HewnError.self) {
      try NetworkMeasure(
        of: pictures.graph, images: CalibrationCase.images(2, [2, 4, 4]), labels: nil,
        measure: .divergence, runner: CalibrationCase.reference())
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("no output holds class scores, 2×K") == true)
    #expect(error?.message.contains("(2×3×4×4)") == true)
  }

  /// Coordinates beside a map: the one output by its divergence, or both by squares.
  @Test func lossesOfSeveralOutputsAreAdded() throws {
    var network = CaseGraph(seed: 8)
    let x = network.input([2, 3, 4, 4])
    let map = try network.conv(x, filters: 2, Conv(kernel: [1, 1]))
    let flat = try network.add(Flatten(), [map])
    let scores = try network.add(Gemm(), [flat, network.constant([32, 5])])
    network.output(map)
    network.output(scores)
    let images = CalibrationCase.images(3, [3, 4, 4])
    let layer = try #require(try PrunableLayers(network.graph).layers.first)
    var changed = network.graph
    changed[layer.weights].constant = changed[layer.weights].constant.map {
      Tensor($0.shape, $0.floats().enumerated().map { $1 * ($0 == 0 ? 0 : 1.25) })
    }
    let before = try Self.outputs(network.graph, images), after = try Self.outputs(changed, images)
    let squares = (0..<2).map { output in
      let (y, z) = (before.flatMap { $0[output] }, after.flatMap { $0[output] })
      return zip(y, z).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        / y.reduce(0) { $0 + $1 * $1 }
    }
    let divergence =
      zip(before, after).reduce(0) { $0 + Self.divergence($1.0[1], $1.1[1]) } / Double(before.count)
    for (measure, want) in [
      (nil, squares[0] + divergence), (.divergence, squares[0] + divergence),
      (.squares, squares[0] + squares[1]),
    ] as [(LossMeasure?, Double)] {
      let got = try NetworkMeasure(
        of: network.graph, images: images, labels: nil, measure: measure,
        runner: CalibrationCase.reference())(changed).loss
      #expect(isClose(got, want, 1e-5, scale: want), "\(measure as Any): \(got), want \(want)")
    }
    #expect(abs(squares[1] - divergence) > 0.01 * divergence, "the measures tell the same")
  }

  // MARK: Oracles

  private static func scores(_ graph: Graph, _ images: CalibrationImages) throws -> [[Double]] {
    try outputs(graph, images).map { $0[0] }
  }

  /// The elements of each output, image by image.
  private static func outputs(_ graph: Graph, _ images: CalibrationImages) throws -> [[[Double]]] {
    let batch = graph[graph.inputs[0]].type.shape[0]
    let session = try ReferenceBackend().compile(graph, options: CompileOptions(threads: 1))
      .makeSession()
    return try (0..<images.count).map { image in
      let tensors = try images.tensors([Int](repeating: image, count: batch))
      return try session.run(tensors, outputCount: graph.outputs.count).map {
        let elements = $0.doubles()
        return Array(elements[..<(elements.count / batch)])
      }
    }
  }

  private static func isRight(_ scores: [[Double]], _ labels: [Int]) -> [Bool] {
    zip(scores, labels).map { scores, label in
      let greatest = scores.max()
      return scores.firstIndex { $0 == greatest } == label
    }
  }

  /// KL(P ‖ Q) of the softmaxes.
  private static func divergence(_ p: [Double], _ q: [Double]) -> Double {
    func softmax(_ scores: [Double]) -> [Double] {
      let powers = scores.map { exp($0 - (scores.max() ?? 0)) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    return zip(softmax(p), softmax(q)).reduce(0) {
      $0 + $1.0 * log($1.0 / $1.1)
    }
  }
}
