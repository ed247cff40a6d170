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
    /// How often layers with a clamp behind them are solved for again, by what comes through it
    /// (``OutputPath``).
    package var clampRounds = 1

    package init(rounds: LayerRounds.Options = .init()) { self.rounds = rounds }
  }

  /// A layer of the changed network.
  package struct Layer: Sendable {
    /// For each filter matrix; none where the layer is dense.
    package let covers: [Cover]
    /// For each filter matrix.
    package let weights: [FilterWeights]
    /// The relative error with the weights of the plan, and after the refit, by what comes through a clamp
    /// where that was looked at, on the inputs that the changed network gives; `nil` where these and
    /// the weights are the original ones, or were not looked at.
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
      let result = try refitted(layer, plan, &images, changed, parts)
      images.change(layer, result.weights, in: &changed)
      results.append(result)
    }
    return Result(graph: changed, layers: results)
  }

  /// A layer's weights after compensation, and how far its outputs are from what is wanted.
  private struct Solution {
    var weights: [FilterWeights]
    var unsolvedFilters: [[Int]] = []
    /// Of the weights before, and of these.
    var errors = (before: 0.0, after: 0.0)
    /// ‖Y‖².
    var energy = 0.0
  }

  private func refitted(
    _ layer: PrunableLayer, _ plan: LayerPlan, _ images: inout ImagesBetweenLayers,
    _ changed: Graph, _ parts: @escaping PartLoop
  ) throws -> Layer {
    let first = try solution(
      layer, plan, plan.weights,
      images.statistics(of: layer, changed: changed, parts: parts), parts)
    var last = first
    let looksAtClamp =
      layer.path?.clamp != nil && options.rounds.compensation.changesWeights
    for _ in 0..<(looksAtClamp ? options.clampRounds : 0) {
      last = try solution(
        layer, plan, last.weights,
        images.statistics(of: layer, changed: changed, fitted: last.weights, parts: parts), parts)
    }
    let scale = first.energy > 0 ? 1 / first.energy : 0
    return Layer(
      covers: zip(plan.covers, last.weights).map { $0.replacingWeights(by: $1.matrix) },
      weights: last.weights,
      relativeErrors: (first.errors.before * scale, last.errors.after * scale),
      unsolvedFilters: last.unsolvedFilters)
  }

  /// The weights that are kept, solved for.
  private func solution(
    _ layer: PrunableLayer, _ plan: LayerPlan, _ before: [FilterWeights],
    _ statistics: [LayerStatistics], _ parts: @escaping PartLoop
  ) throws(HewnError) -> Solution {
    var solution = Solution(weights: [])
    for (index, (old, statistics)) in zip(before, statistics).enumerated() {
      let filters = try CompensatedFilters(
        plan.covers.isEmpty
          ? Cover(leavesOf: old.matrix) : plan.covers[index].replacingWeights(by: old.matrix),
        bias: old.bias, statistics: statistics, options: options.rounds,
        fillsSlots: plan.form == .repruned, adaptsBias: layer.mayChangeBias, parts: parts)
      solution.errors.before += filters.errors.before
      solution.errors.after += filters.errors.after
      solution.weights.append(filters.weights)
      solution.unsolvedFilters.append(filters.unsolvedFilters)
      solution.energy += statistics.outputSquare
    }
    return solution
  }
}

extension Cover {
  /// The cover of leaves alone.
  fileprivate init(leavesOf matrix: FilterMatrix) throws(HewnError) {
    try self.init(
      CoverOutline(order: Array(0..<matrix.rows), rootHeight: 1, segments: []), of: matrix)
  }
}
