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
    package var imageLimit = 128
    /// How many times noise is drawn for each layer.
    package var drawCount = 4
    /// E / ‖Y‖² of the noise.
    package var relativeError = 0.01
    /// The most memory for networks with noise that run at the same time. One that takes more runs alone.
    package var byteLimit = 1 << 30
    package var seed: UInt64 = 0
    /// How outputs are compared; `nil` for what their shapes say.
    package var measure: LossMeasure?

    package init() {}
  }

  private let outputs: OriginalOutputs
  private let runner: NetworkRunner
  private let options: Options

  private var graph: Graph { outputs.graph }

  /// Runs the original network on a sample of a calibration's images.
  ///
  /// - Throws: `invalidArgument` for outputs without one part for each image, and where divergences were asked
  ///   for and no output holds class scores; `unsupported` where no output holds floating-point numbers;
  ///   `failedCheck` where one is not finite; `outOfMemory`; what compiling and running throw.
  package init(_ calibration: Calibration, options: Options = Options()) throws {
    precondition(
      options.imageLimit >= 1 && options.drawCount >= 1 && options.relativeError > 0,
      "\(options)")
    runner = calibration.runner
    self.options = options
    outputs = try OriginalOutputs(
      of: calibration.graph, images: calibration.images.sample(limit: options.imageLimit),
      measure: options.measure, runner: runner)
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
    for _ in 0..<options.drawCount {
      let noise = WeightNoise(
        original, statistics: statistics, changesBias: layer.mayChangeBias,
        generator: &generator)
      guard let result = try noise.weights(relativeError: options.relativeError, parts: parts)
      else { return .zero }
      noises.append(result)
    }
    let losses = try self.losses(of: layer, noises.map(\.weights))
    return LossUnit(draws: zip(losses, noises).map { $0 / $1.relativeError })
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
    try outputs.forEachBatch { range, tensors in
      let values = try before(tensors)
      for (draw, computation) in after.enumerated() {
        let answers = try outputs.answers(computation(values), count: range.count)
        outputs.add(answers, range, to: &losses[draw])
      }
    }
    return losses
  }
}
