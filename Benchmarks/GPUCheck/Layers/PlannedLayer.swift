import Dispatch
import GPUBackend
import GPUCatalogue
import GPUKernels
import KernelIR
import Runtime
import Synchronization
import Tensors

/// A layer with weights of some pattern, planned as a network's would be.
struct PlannedLayer: Sendable {
  var layer: NetworkLayer
  var precision: Precision
  var pattern: WeightPattern
  var batch: Int
  var branches: [BlockWork.Branch]
  var plan: ConvolutionPlan
  var problem: BlockProblem
  private let target: GPUTarget
  /// What planning took: to choose a tiling, to cover the weights and to pack them.
  var seconds: Double

  init(
    _ layer: NetworkLayer, _ precision: Precision, _ pattern: WeightPattern, _ figures: GPUFigures,
    batch: Int
  ) throws {
    self.layer = layer
    self.precision = precision
    self.pattern = pattern
    self.batch = batch
    let weights = pattern.weights(filters: layer.filters, taps: layer.tapCount, seed: 1)
    var random = SplitMix64(seed: 2)
    let bias = (0..<layer.filters).map { _ in random.uniform() }
    branches = try layer.filterWeights(weights, bias: bias).enumerated().map {
      BlockWork.Branch(
        taps: layer.taps(group: $0), weights: $1, firstRow: $0 * layer.filters / layer.groups)
    }
    target = GPUTarget(figures: figures, precision: precision, engine: .sparse)
    let planner = ConvolutionPlanner(target: target)
    problem = layer.problem(imageGroups: (batch + 7) / 8)
    let clock = Stopwatch()
    plan =
      pattern == .zeros(percent: 0)
      ? try planner.dense(problem, branches) : try planner.sparse(problem, branches)
    seconds = clock.seconds
  }

  /// What numbers are stored as.
  var element: KernelElement { arithmetic.element }
  /// What products are computed in; leaves multiply f32 as it is.
  var arithmetic: BlockPrecision { BlockPlanner(target: target).precision }

  /// Layers with weights of every pattern, by precision and layer; planned on all cores.
  static func all(
    _ layers: [NetworkLayer], _ precisions: [Precision], _ figures: GPUFigures, batch: Int
  ) throws -> [PlannedLayer] {
    let jobs = precisions.flatMap { precision in
      layers.flatMap { layer in
        WeightPattern.all.map { (layer, precision, $0) }
      }
    }
    let plans = Mutex([Result<PlannedLayer, any Error>?](repeating: nil, count: jobs.count))
    DispatchQueue.concurrentPerform(iterations: jobs.count) { index in
      let (layer, precision, pattern) = jobs[index]
      let plan = Result { try PlannedLayer(layer, precision, pattern, figures, batch: batch) }
      plans.withLock { $0[index] = plan }
    }
    return try plans.withLock { try $0.compactMap { try $0?.get() } }
  }
}
