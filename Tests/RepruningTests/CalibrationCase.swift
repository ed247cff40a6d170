import CPUBackend
import Covers
import Graphs
import ReferenceBackend
import Repruning
import Runtime
import Tensors
import TestSupport

/// A small network with convolutions of several kinds, a residual and a classifier, and images for it.
struct CalibrationCase {
  var graph: Graph
  let layers: [PrunableLayer]
  let images: CalibrationImages
  let batch: Int

  init(batch: Int, imageCount: Int = 7) throws {
    var network = CaseGraph(seed: 11)
    let x = network.input([batch, 3, 8, 7])
    let a = try network.conv(
      x, filters: 4,
      Conv(kernel: [3, 3], strides: [2, 2], padding: .explicit(begin: [1, 0], end: [1, 2])))
    let b = try network.add(Unary(.activation(.relu)), [a])
    let c = try network.conv(b, filters: 4, Conv(kernel: [3, 3], padding: .sameUpper, groups: 2))
    let d = try network.add(Binary(.add), [b, c])
    let e = try network.add(Unary(.activation(.relu)), [d])
    let f = try network.add(Conv(), [e, network.constant([5, 4, 1, 1], density: 0.5)])
    let g = try network.add(Flatten(), [f])
    let extent = network.shape(of: g)[1]
    network.output(
      try network.add(
        Gemm(transposesB: true), [g, network.constant([6, extent]), network.constant([6])]))
    graph = network.graph
    layers = try PrunableLayers(graph).layers
    images = Self.images(imageCount, [3, 8, 7])
    self.batch = batch
  }

  /// Images that depend on their number alone.
  static func images(_ count: Int, _ item: [Int]) -> CalibrationImages {
    CalibrationImages(count: count) { images in
      let elements = images.flatMap {
        Tensor.random(Shape(item), seed: 100 + UInt64($0)).elements(as: Float.self)
      }
      return [Tensor(Shape([images.count] + item), elements)]
    }
  }

  static func reference() -> NetworkRunner {
    NetworkRunner(ReferenceBackend(), options: CompileOptions(threads: 1))
  }

  static func cpu(threads: Int = 2, engine: Engine = .sparse) throws -> NetworkRunner {
    NetworkRunner(
      try CPUBackend(evaluate: Reference.evaluate),
      options: CompileOptions(engine: engine, threads: threads))
  }

  func calibration(
    _ runner: NetworkRunner = reference(), options: Calibration.Options = .init()
  ) throws -> Calibration {
    try Calibration(graph, images: images, runner: runner, options: options)
  }

  /// The value that a layer reads for all images, by the reference backend running the whole network.
  func input(of layer: PrunableLayer, in graph: Graph) throws -> [Tensor] {
    var graph = graph
    graph.outputs = [layer.input]
    let session = try ReferenceBackend().compile(graph, options: CompileOptions(threads: 1))
      .makeSession()
    precondition(batch == 1)
    return try (0..<images.count).map { image in
      let inputs = try images.tensors([image])
      return layer.input == graph.inputs[0]
        ? inputs[0] : try session.run(inputs, outputCount: 1)[0]
    }
  }

  /// Another network: the weights of a layer with changes, and with biases of its own.
  func changing(_ layer: PrunableLayer) throws -> Graph {
    var random = SplitMix64(seed: 21)
    var changed = graph
    let weights = try layer.filterWeights(in: graph).map { weights in
      FilterWeights(
        matrix: try FilterMatrix(
          rows: layer.rows, taps: layer.taps,
          values: weights.matrix.values.map { random.next() % 3 == 0 ? 0 : 1.1 * $0 }),
        bias: weights.bias.map { $0 + 0.1 })
    }
    changed.setWeights(weights, of: layer)
    return changed
  }
}
