package import Covers
package import Graphs
internal import Tensors

/// Refits the layers of a network in their order, each to what the changed layers before it give.
///
/// A plan's weights are fitted to the inputs that layers have in the original network. Here each layer gets
/// the outputs back that it had, as far as its kept weights allow, from the inputs that it really has. So
/// layers make up for the errors of those before them, those too of which nothing was dropped.
///
/// Images go from layer to layer: what the network holds between two of them is kept for all images,
/// so that each node runs about once for each image in both networks. Where that takes more than
/// ``Options/byteLimit``, the nodes from the last kept place on run again.
package struct SequentialPass: Sendable {
  package struct Options: Hashable, Sendable {
    package var rounds: LayerRounds.Options
    /// The most memory for what is kept between layers.
    package var byteLimit = 2 << 30

    package init(rounds: LayerRounds.Options = .init()) { self.rounds = rounds }
  }

  /// A layer of the changed network.
  package struct Layer: Sendable {
    /// For each filter matrix; none where the layer is dense.
    package let covers: [Cover]
    /// For each filter matrix.
    package let weights: [FilterWeights]
    /// The relative error with the weights of the plan, and after the refit, on the inputs that the changed
    /// network gives; `nil` where these and the weights are the original ones, or were not looked at.
    package let relativeErrors: (planned: Double, refitted: Double)?
    /// For each filter matrix the filters that could not be solved for, ascending.
    package let unsolvedFilters: [[Int]]
  }

  package struct Result: Sendable {
    /// The changed network.
    package let graph: Graph
    package let layers: [Layer]
  }

  package let calibration: Calibration
  /// In the order of the graph.
  package let layers: [PrunableLayer]
  package let options: Options

  package init(_ calibration: Calibration, _ layers: [PrunableLayer], options: Options = Options())
  {
    self.calibration = calibration
    self.layers = layers
    self.options = options
  }

  /// Refits the layers of a plan.
  ///
  /// - Parameters:
  ///   - plan: has a plan of each layer.
  ///   - progress: called before each layer with its position.
  /// - Throws: `failedCheck` where activations are NaN or infinite, naming the node; `outOfMemory`; what
  ///   compiling, running, the images and `progress` throw.
  package func callAsFunction(
    _ plan: NetworkPlan, parts: @escaping PartLoop = runInOrder,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> Result {
    precondition(plan.layers.count == layers.count, "plans of other layers")
    var images = try ImagesBetweenLayers(calibration, byteLimit: options.byteLimit)
    var changed = calibration.graph
    var results: [Layer] = []
    for (index, (layer, plan)) in zip(layers, plan.layers).enumerated() {
      try progress(index)
      let needsStatistics =
        plan.form == .repruned
        ? options.rounds.compensation != .none
        : images.isChanged && options.rounds.compensation.changesWeights
      guard needsStatistics else {
        results.append(
          Layer(
            covers: plan.covers, weights: plan.weights, relativeErrors: nil,
            unsolvedFilters: plan.unsolvedFilters))
        if plan.form == .repruned { images.change(layer, plan.weights, in: &changed) }
        continue
      }
      let statistics = try images.statistics(of: layer, changed: changed, parts: parts)
      let result = try refitted(layer, plan, statistics, parts)
      images.change(layer, result.weights, in: &changed)
      results.append(result)
    }
    return Result(graph: changed, layers: results)
  }

  private func refitted(
    _ layer: PrunableLayer, _ plan: LayerPlan, _ statistics: [LayerStatistics],
    _ parts: @escaping PartLoop
  ) throws(HewnError) -> Layer {
    let before = plan.weights
    var (covers, weights, unsolved) = ([Cover](), [FilterWeights](), [[Int]]())
    var (planned, refitted, energy) = (0.0, 0.0, 0.0)
    for (index, (old, statistics)) in zip(before, statistics).enumerated() {
      let cover =
        plan.covers.isEmpty ? try Cover(leavesOf: old.matrix) : plan.covers[index]
      let found: (weights: FilterWeights, unsolved: [Int])
      if options.rounds.compensation == .bias {
        let bias =
          layer.mayChangeBias ? statistics.bestBias(of: old.matrix).map { Float($0) } : old.bias
        found = (FilterWeights(matrix: old.matrix, bias: bias), [])
      } else {
        let refit = try Refit(
          cover, bias: old.bias, statistics: statistics,
          options: Refit.Options(
            damping: options.rounds.damping,
            fillsSlots: plan.form == .repruned && options.rounds.compensation == .refitAndSlots,
            refitsBias: layer.mayChangeBias), parts: parts)
        found = (refit.weights, refit.unsolvedFilters)
      }
      planned += statistics.errors(of: old, parts: parts).reduce(0, +)
      refitted += statistics.errors(of: found.weights, parts: parts).reduce(0, +)
      energy += statistics.outputSquare
      weights.append(found.weights)
      unsolved.append(found.unsolved)
      if !plan.covers.isEmpty { covers.append(cover.replacingWeights(by: found.weights.matrix)) }
    }
    let scale = energy > 0 ? 1 / energy : 0
    return Layer(
      covers: covers, weights: weights, relativeErrors: (planned * scale, refitted * scale),
      unsolvedFilters: unsolved)
  }
}

extension Cover {
  /// The cover of leaves alone.
  fileprivate init(leavesOf matrix: FilterMatrix) throws(HewnError) {
    try self.init(
      CoverOutline(order: Array(0..<matrix.rows), rootHeight: 1, segments: []), of: matrix)
  }
}
