import Covers
import Emulator
import GPUBackend
import GPUKernels
import Graphs
import ReferenceBackend
import Runtime
import Tensors

/// Compares what layers cost, as values, with what the planner predicts of exact covers by the same tiling.
///
/// A layer's costs are two lines through what is expected of its covers; a prediction counts those that were
/// found. They differ where the covers found are limited by another part of the GPU, have steps that are less full
/// or banks that conflict: by 15 % on most layers, and by 25 % at most. On small layers, where a multiprocessor has
/// one row block, they differ by as much as the work of row blocks is uneven. Rows beyond whole bands of 16 are
/// charged as up to four bands, and run as one.
struct LayerCostsCase {
  let graph: Graph
  let backend: GPUBackend
  let precision: Precision

  init(_ graph: Graph, on figures: GPUFigures, _ precision: Precision) throws {
    self.graph = graph
    self.precision = precision
    backend = try GPUBackend(
      .emulator(figures, EmulatorOptions()), evaluate: Reference.evaluate)
  }

  /// The difference of most layers.
  static let tolerance = 0.15

  struct Comparison: CustomStringConvertible {
    let label: String
    /// Nanoseconds by the costs, and as predicted.
    let time: Double
    let predicted: Double
    /// Whether rows beyond whole bands of 16 are several row groups, each of which is charged as a band.
    let hasSplitBand: Bool
    /// The work of the row block that has most over the mean.
    let unevenness: Double
    let isByLeaves: Bool

    var ratio: Double { time / predicted }
    var isClose: Bool { abs(ratio - 1) <= LayerCostsCase.tolerance }
    /// Whether neither uneven work nor split bands are an excuse.
    var isPlain: Bool { !hasSplitBand && unevenness < 1.25 }
    /// Whether it is not as close as it must be.
    var isFar: Bool { !(0.75 / unevenness...(hasSplitBand ? 2.5 : 1.25)).contains(ratio) }
    var description: String { "\(label): \(time) ns, predicted \(predicted)" }
  }

  var options: CompileOptions { CompileOptions(threads: 1, precision: precision) }

  /// - Parameter pruned: the same graph with the weights that are covered; `nil` covers those of the priced graph.
  func comparisons(pruned: Graph? = nil) throws -> [Comparison] {
    let planner = ConvolutionPlanner(
      target: GPUTarget(figures: backend.figures, precision: precision, engine: .sparse))
    return try graph.nodes.indices.compactMap { index -> Comparison? in
      guard let priced = try backend.priced(index, of: graph, options: options),
        let covered = try pruned.map({ try backend.priced(index, of: $0, options: options) })
          ?? priced
      else { return nil }
      let costs = priced.costs.covers
      let covers = covered.branches.map {
        Cover.exact($0.weights.matrix, costs: costs, tree: .greedy($0.weights.matrix, costs: costs))
      }
      let time = covers.reduce(0) { $0 + ($1.predictedCost ?? .nan) }
      let plan = try planner.plan(
        PricedConvolution(
          problem: priced.problem, branches: covered.branches, tiling: priced.tiling,
          costs: priced.costs), covers: covers)
      return Comparison(
        label: "\(graph.nodes[index].label) in \(precision.rawValue) on \(backend.figures.name)",
        time: priced.costs.floor.time(covers: time), predicted: 1e9 * plan.prediction.seconds,
        hasSplitBand: covers.contains { ($0.rows % 16).nonzeroBitCount > 1 },
        unevenness: plan.unevenness, isByLeaves: plan.isByLeaves)
    }
  }
}

extension ConvolutionPlan {
  fileprivate var isByLeaves: Bool {
    if case .leaves = self { true } else { false }
  }

  fileprivate var unevenness: Double {
    guard case .blocks(let plan) = self, plan.layer.counts.bandSteps > 0 else { return 1 }
    return Double(plan.layer.counts.greatestBandSteps * plan.layer.rowBlockCount)
      / Double(plan.layer.counts.bandSteps)
  }
}
