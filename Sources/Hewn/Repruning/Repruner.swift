internal import ONNXFormat
internal import Tensors

/// Re-prunes a network: drops the weights that cost more time than they are worth, and solves for those that
/// stay.
///
/// ```swift
/// let repruner = try Repruner(try Model(contentsOf: "pruned.onnx"))
/// var found = try repruner.reprune(
///   to: .accuracyDrop(0.5), calibration: images.subset(first), evaluation: images.subset(rest))
/// try found.write(to: "faster.onnx", masks: "faster.masks.safetensors")
/// ```
///
/// Without images weights are worth their squares, nothing is solved for, and nobody knows what that costs.
public struct Repruner: Sendable {
  /// What is being done, and how much of it is done. Called on any thread, by one at a time.
  public typealias ProgressUpdate =
    @Sendable (_ phase: String, _ fraction: Double) throws -> Void

  private let network: NetworkToReprune
  private let options: RepruneOptions

  /// Reads the layers of a model and what they cost.
  ///
  /// - Throws: ``HewnError``: `invalidArgument` for a plan file, for a device without costs, and where no layer
  ///   can be re-pruned; what compiling the model throws.
  public init(_ model: Model, _ options: RepruneOptions = RepruneOptions()) throws {
    network = try rethrowing(of: model.summary.file) { try NetworkToReprune(model, options) }
    self.options = options
  }

  /// The extents of the input that images are for, the batch first.
  ///
  /// - Throws: ``HewnError``: `invalidArgument` for a network with several inputs.
  public func imageShape() throws -> [Int] { try rethrowing { try network.imageShape() } }

  /// The output that labels are compared with, and how many classes it has scores of; `nil` where no output
  /// looks like that, and with ``LossMeasure/squares``.
  public var classOutput: (name: String, classCount: Int)? {
    options.loss == .squares ? nil : network.classOutput
  }

  /// Finds files that ``Repruned/write(to:masks:)`` cannot write, before anything takes long.
  ///
  /// - Throws: ``HewnError``: `invalidArgument` for a path that does not fit, `io` where no such file can
  ///   be made.
  public func checkPaths(output path: String, masks masksPath: String? = nil) throws {
    let file = network.file
    try rethrowing(of: file.fileName) {
      try Repruned.checkPaths(path, masks: masksPath, for: file)
      for path in [path, masksPath].compactMap(\.self) { try Files.checkCanWrite(path) }
    }
  }

  /// Re-prunes the network until a budget is used up.
  ///
  /// A budget that cannot be met gives the best network that was found; the report says so.
  ///
  /// - Parameters:
  ///   - budget: how far to go.
  ///   - calibration: what layers are fitted to; `nil` goes by the squares of weights.
  ///   - evaluation: what the result is judged by, best none of those of `calibration`.
  ///   - progress: called now and then; what it throws ends the run, and is thrown on.
  /// - Throws: ``HewnError``: `invalidArgument` for a budget without the images that it needs, or out of range,
  ///   and for images, labels or a ``RepruneOptions/loss`` that do not fit; `failedCheck` where activations are
  ///   not finite; `outOfMemory`; `io` and `invalidFile` for a checkpoint; what running throws.
  public func reprune(
    to budget: RepruneBudget, calibration: RepruneImages?, evaluation: RepruneImages? = nil,
    progress: ProgressUpdate = { _, _ in }
  ) throws -> Repruned {
    try budget.check(
      hasEvaluation: evaluation != nil, hasLabels: evaluation?.labels != nil, loss: options.loss)
    return try run(calibration, evaluation, progress) { try $0.search(budget) }
  }

  /// Networks from the one that was read to the fastest, in about equal steps of predicted time.
  ///
  /// - Parameters:
  ///   - count: the networks wanted, at least 2; fewer where there are no more.
  ///   - calibration: what layers are fitted to; `nil` goes by the squares of weights.
  ///   - evaluation: what the networks are judged by.
  ///   - progress: called now and then; what it throws ends the run, and is thrown on.
  /// - Throws: as ``reprune(to:calibration:evaluation:progress:)``.
  public func frontier(
    count: Int, calibration: RepruneImages?, evaluation: RepruneImages? = nil,
    progress: ProgressUpdate = { _, _ in }
  ) throws -> RepruneReport {
    guard count >= 2 else {
      throw HewnError(.invalidArgument, "a frontier of \(count) points; give 2 or more")
    }
    return try run(calibration, evaluation, progress) { try $0.frontier(count: count) }
  }

  private func run<Result>(
    _ calibration: RepruneImages?, _ evaluation: RepruneImages?, _ progress: ProgressUpdate,
    _ body: (RepruneRun) throws -> Result
  ) throws -> Result {
    try calibration?.checkLabels()
    try evaluation?.checkLabels()
    return try rethrowingWithCallbacks(of: network.model.file) {
      try withoutActuallyEscaping(progress) { progress in
        try body(
          RepruneRun(
            network, options, calibration: calibration, evaluation: evaluation
          ) { phase, fraction in try passingOn { try progress(phase, fraction) } })
      }
    }
  }
}

extension RepruneBudget {
  /// - Throws: `invalidArgument`.
  fileprivate func check(
    hasEvaluation: Bool, hasLabels: Bool, loss: LossMeasure?
  ) throws(HewnError) {
    switch self {
    case .accuracyDrop(let points):
      guard (0...100).contains(points) else {
        throw HewnError(.invalidArgument, "a drop of \(points) points; give 0 to 100")
      }
      guard loss != .squares else {
        throw HewnError(
          .invalidArgument,
          "a drop of accuracy needs an output with class scores, and by squares none is compared as"
            + " such; give an error of the outputs instead")
      }
      guard hasEvaluation, hasLabels else {
        throw HewnError(
          .invalidArgument, "a drop of accuracy needs images whose classes are known")
      }
    case .error(let error):
      guard error >= 0, error.isFinite else {
        throw HewnError(.invalidArgument, "an error of \(error); give 0 or more")
      }
      guard hasEvaluation else {
        throw HewnError(.invalidArgument, "an error of the outputs needs images")
      }
    case .speedup(let factor):
      guard (1...1000).contains(factor) else {
        throw HewnError(.invalidArgument, "a speed-up of \(factor); give 1 to 1000")
      }
    case .zeros(let percent):
      guard (0...100).contains(percent) else {
        throw HewnError(.invalidArgument, "\(percent) % of zeros; give 0 to 100")
      }
    }
  }
}
