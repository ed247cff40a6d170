internal import Covers
package import Graphs
package import Tensors

/// Measures the unit of loss of each layer: how the outputs of the network change when one layer alone
/// gets a small, known error.
///
/// The loss of an output is ``OutputLoss``; the losses of several outputs are added, and outputs that
/// hold no floating-point numbers do not count.
package struct LossProbe: Sendable {
  package struct Options: Hashable, Sendable {
    /// The most images that the network runs on for each draw.
    package var imageLimit = 64
    /// How many times noise is drawn for each layer.
    package var drawCount = 4
    /// E / ‖Y‖² of the noise.
    package var relativeError = 0.01
    /// The most memory for networks with noise that run at the same time. One that takes more runs alone.
    package var byteLimit = 1 << 30
    package var seed: UInt64 = 0

    package init() {}
  }

  /// An output that counts.
  private struct Output {
    /// Its position among the graph's outputs.
    let position: Int
    let loss: OutputLoss
    /// The elements of each image in the original network.
    let original: [[Float]]
  }

  private let graph: Graph
  private let images: CalibrationImages
  private let runner: NetworkRunner
  private let options: Options
  private let batch: Int
  private var outputs: [Output] = []

  /// Runs the original network on a sample of a calibration's images.
  ///
  /// - Throws: `invalidArgument` for outputs without one part for each image, `unsupported` where no
  ///   output holds floating-point numbers, `failedCheck` where one is not finite, `outOfMemory`; what
  ///   compiling and running throw.
  package init(_ calibration: Calibration, options: Options = Options()) throws {
    precondition(
      options.imageLimit >= 1 && options.drawCount >= 1 && options.relativeError > 0,
      "\(options)")
    graph = calibration.graph
    images = calibration.images.sample(limit: options.imageLimit)
    runner = calibration.runner
    self.options = options
    batch = try images.batch(of: graph)
    let counted = try countedOutputs()
    let computation = try runner.computation(of: graph.outputs, in: graph)
    var elements = [[[Float]]](repeating: [], count: counted.count)
    try forEachBatch { range, tensors in
      let results = try computation(tensors)
      for (index, position) in counted.enumerated() {
        elements[index] += try items(of: results[position], position, range.count)
      }
    }
    for (position, original) in zip(counted, elements) {
      let shape = graph[graph.outputs[position]].type.shape
      let itemShape =
        shape.dimensions.first == batch ? Shape([1] + shape.dimensions.dropFirst()) : shape
      outputs.append(
        Output(
          position: position, loss: OutputLoss(itemShape: itemShape, original: original),
          original: original))
    }
  }

  /// The positions of the outputs that count.
  private func countedOutputs() throws(HewnError) -> [Int] {
    var positions: [Int] = []
    var byteCount = 0
    for (position, id) in graph.outputs.enumerated() {
      let (name, type) = (graph[id].name, graph[id].type)
      guard type.element.isFloatingPoint else { continue }
      guard batch == 1 || type.shape.dimensions.first == batch else {
        throw HewnError(
          .invalidArgument,
          "output \"\(name)\" of shape \(type.shape) does not have one part for each of the"
            + " \(batch) images of a batch; bind the network to a batch of 1")
      }
      positions.append(position)
      byteCount = byteCount.saturatingAdd(
        (type.shape.elementCount / batch).saturatingMultiply(4 * images.count))
    }
    guard !positions.isEmpty else {
      throw HewnError(
        .unsupported, "no output of the network holds floating-point numbers to take a loss of")
    }
    try MemoryLimit.check(byteCount, for: "the outputs for \(images.count) calibration images")
    return positions
  }

  /// Measures a layer's unit.
  ///
  /// The network before the layer runs once for as many draws as ``Options/byteLimit`` allows.
  ///
  /// - Parameter statistics: of the layer's groups in the unchanged network.
  /// - Throws: `failedCheck` where noise makes outputs that are not finite, naming the node;
  ///   `outOfMemory`; what compiling and running throw.
  package func unit(
    of layer: PrunableLayer, statistics: [LayerStatistics], parts: PartLoop = runInOrder
  ) throws -> LossUnit {
    do {
      return try measure(layer, statistics, parts)
    } catch let error as HewnError {
      throw error.at(node: layer.label)
    }
  }

  private func measure(
    _ layer: PrunableLayer, _ statistics: [LayerStatistics], _ parts: PartLoop
  ) throws -> LossUnit {
    var generator = layer.generator(seed: options.seed)
    let original = try layer.filterWeights(in: graph)
    var noises: [WeightNoise.Result] = []
    for draw in 0..<options.drawCount {
      let noise = WeightNoise(
        original, statistics: statistics, changesBias: layer.mayChangeBias,
        generator: &generator)
      let errors = [options.relativeError] + (draw == 0 ? [options.relativeError / 2] : [])
      for error in errors {
        guard let result = try noise.weights(relativeError: error, parts: parts) else {
          return .zero
        }
        noises.append(result)
      }
    }
    let losses = try self.losses(of: layer, noises.map(\.weights))
    var units = zip(losses, noises).map { $0 / $1.relativeError }
    let half = units.remove(at: 1)
    return LossUnit(draws: units, linearity: units[0] > 0 ? half / units[0] : nil)
  }

  /// The network's loss with each of some weights of a layer.
  private func losses(of layer: PrunableLayer, _ weights: [[FilterWeights]]) throws -> [Double] {
    let before = try runner.computation(of: graph.part(from: layer.node).inputs, in: graph)
    var losses: [Double] = []
    while losses.count < weights.count {
      var (after, byteCount) = ([Computation](), 0)
      while losses.count + after.count < weights.count {
        if let last = after.last, byteCount + last.byteCount > options.byteLimit { break }
        let next = try self.rest(of: layer, weights[losses.count + after.count])
        byteCount += next.byteCount
        after.append(next)
      }
      losses += try self.losses(before, after)
    }
    return losses
  }

  /// What computes the outputs from the layer on, with other weights.
  private func rest(of layer: PrunableLayer, _ weights: [FilterWeights]) throws -> Computation {
    var changed = graph
    changed.setWeights(weights, of: layer)
    let rest = changed.part(from: layer.node)
    return try runner.computation(of: rest.outputs, in: rest)
  }

  private func losses(_ before: Computation, _ after: [Computation]) throws -> [Double] {
    var losses = [Double](repeating: 0, count: after.count)
    try forEachBatch { range, tensors in
      let values = try before(tensors)
      for (draw, computation) in after.enumerated() {
        let results = try computation(values)
        for output in outputs {
          let changed = try items(of: results[output.position], output.position, range.count)
          for (original, changed) in zip(output.original[range], changed) {
            losses[draw] += output.loss.loss(original: original, changed: changed)
          }
        }
      }
    }
    return losses
  }

  private func forEachBatch(_ body: (Range<Int>, [Tensor]) throws -> Void) throws {
    for first in stride(from: 0, to: images.count, by: batch) {
      let range = first..<min(first + batch, images.count)
      try body(range, try images.inputs(range, of: graph, batch: batch))
    }
  }

  /// The elements of the first images of an output.
  private func items(
    of tensor: Tensor, _ position: Int, _ count: Int
  ) throws(HewnError) -> [[Float]] {
    let elements = tensor.floats()
    let size = elements.count / batch
    guard elements[..<(size * count)].allSatisfy(\.isFinite) else {
      throw HewnError(
        .failedCheck,
        "output \"\(graph[graph.outputs[position]].name)\" is not finite on the calibration data")
    }
    return (0..<count).map { Array(elements[$0 * size..<($0 + 1) * size]) }
  }
}
