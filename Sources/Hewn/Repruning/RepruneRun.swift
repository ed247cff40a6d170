internal import Covers
internal import Graphs
internal import Repruning
internal import Runtime
internal import Tensors

/// One run of a ``Repruner``: what is known of the network once calibration images have gone through it.
struct RepruneRun {
  /// A network that was found.
  struct Candidate {
    let plan: NetworkPlan
    /// `nil` where layers were not refitted in order.
    let pass: SequentialPass.Result?
    /// Its answers to the evaluation images.
    let measured: NetworkMeasure.Result?
    /// Those of the network that was read, measured beside it, and its own; `nil` where they were not taken.
    var times: (before: Benchmark.MedianTimes, after: Benchmark.MedianTimes)?

    /// How many times as fast as the network that was read it is by ``times``.
    var speedup: Double? { times.map { $0.before.milliseconds / $0.after.milliseconds } }
  }

  let network: NetworkToReprune
  let options: RepruneOptions
  let calibration: RepruneImages?
  let evaluation: RepruneImages?
  let pruning: NetworkPruning
  /// a_l of each layer.
  let units: [LossUnit]
  /// `nil` without evaluation images.
  let measure: NetworkMeasure?
  /// The plan of the network as it was read; `nil` where the device is not there to measure.
  let originalPlan: Plan?
  let originalTimes: Benchmark.MedianTimes?
  let progress: Repruner.ProgressUpdate
  private let pass: SequentialPass?
  private let parts: PartLoop

  init(
    _ network: NetworkToReprune, _ options: RepruneOptions, calibration: RepruneImages?,
    evaluation: RepruneImages?, progress: @escaping Repruner.ProgressUpdate
  ) throws {
    self.network = network
    self.options = options
    self.calibration = calibration
    self.evaluation = evaluation
    self.progress = progress
    parts = runOnThreads(network.options.threads)
    let runner = try network.makeRunner()
    if let evaluation {
      try progress("running the evaluation images", 0)
      measure = try NetworkMeasure(
        of: network.calibrationGraph, images: evaluation.core, labels: evaluation.labels,
        measure: options.loss?.core, runner: runner)
    } else {
      measure = nil
    }
    if network.options.device == .emulator {
      (originalPlan, originalTimes) = (nil, nil)
    } else {
      let plan = try network.plan(network.graph)
      (originalPlan, originalTimes) = (
        plan, try Self.times(of: [plan], options.benchmark, progress)[0]
      )
    }
    let rounds = LayerRounds.Options(compensation: options.compensation.core)
    var calibrating: Calibration?
    if let calibration {
      try progress("running the calibration images", 0)
      calibrating = try Calibration(
        network.calibrationGraph, images: calibration.core, runner: runner,
        options: .init(seed: options.seed))
    }
    pass = calibrating.map {
      SequentialPass($0, network.layers.map(\.calibrated), options: .init(rounds: rounds))
    }
    let found = try PricedNetwork(
      network, calibrating, options, rounds,
      checkpoint: try options.checkpoint.map {
        try Checkpoint($0, network, options, images: calibration)
      }, parts: parts, progress: progress)
    units = found.units
    pruning = NetworkPruning(
      found.frontiers,
      otherTime: Self.otherTime(network, originalTimes, found.frontiers.map(\.unchanged.time)))
  }

  /// The time of all other layers, in the unit of the costs.
  ///
  /// It is measured, and taken by what is predicted of the prunable layers over what is measured of them:
  /// on a machine that is slower than the one of the costs, all is slower.
  private static func otherTime(
    _ network: NetworkToReprune, _ times: Benchmark.MedianTimes?, _ predicted: [Double]
  ) -> Double {
    guard let times else { return 0 }
    let layers = times.milliseconds(ofLayers: network.layers.map(\.name)).reduce(0, +)
    guard layers > 0 else { return 0 }
    return max(0, times.milliseconds / layers - 1) * predicted.reduce(0, +)
  }

  /// The network with a plan's own weights, without a refit in order.
  func planned(_ plan: NetworkPlan) throws -> Candidate {
    let graph = plan.applied(to: network.calibrationGraph, network.layers.map(\.calibrated))
    return Candidate(plan: plan, pass: nil, measured: try measure?(graph))
  }

  /// Whether layers can be refitted in order to any use.
  var refitsInOrder: Bool {
    options.refitsInOrder && pass != nil && options.compensation != .none
  }

  /// The network with a plan whose layers are refitted in order, where that is asked for, and where all that the
  /// changed network computes is finite.
  func refitted(_ plan: NetworkPlan) throws -> Candidate {
    guard refitsInOrder, let pass else { return try planned(plan) }
    do {
      let result = try pass(plan, parts: parts) { layer in
        try progress(
          "refitting \(network.layers[layer].name)",
          Double(layer) / Double(network.layers.count))
      }
      return Candidate(plan: plan, pass: result, measured: try measure?(result.graph))
    } catch let error as Tensors.HewnError where error.code == .failedCheck {
      // The original network has been through the same images.
      return try planned(plan)
    }
  }

  /// The network for the batch that it is to be fast for.
  func graph(of candidate: Candidate) -> Graph {
    var graph = network.graph
    for (index, layer) in network.layers.enumerated() {
      let plan = candidate.plan.layers[index]
      if let pass = candidate.pass {
        graph.setWeights(pass.layers[index].weights, of: layer.timed)
      } else if plan.form == .repruned {
        graph.setWeights(plan.weights, of: layer.timed)
      }
    }
    return graph
  }

  /// The network with times, measured beside the one that was read; without any where the device is not there to
  /// measure.
  func timed(_ candidate: Candidate) throws -> Candidate {
    guard let originalPlan else { return candidate }
    let plan = try network.plan(graph(of: candidate))
    let times = try Self.times(of: [originalPlan, plan], options.benchmark, progress)
    var candidate = candidate
    candidate.times = (times[0], times[1])
    return candidate
  }

  private static func times(
    of plans: [Plan], _ benchmark: Benchmark, _ progress: Repruner.ProgressUpdate
  ) throws -> [Benchmark.MedianTimes] {
    try progress("measuring", 0)
    return try benchmark.medians(of: plans)
  }
}
