internal import Repruning

/// How far a network is re-pruned.
public enum RepruneBudget: Sendable, Hashable {
  /// The greatest loss of top-1 accuracy on the evaluation images, in percentage points.
  case accuracyDrop(Double)
  /// The greatest difference of the outputs on the evaluation images, as ``LossMeasure`` has it. Several
  /// outputs are added.
  case error(Double)
  /// How many times as fast as it is the network becomes, measured; on the device ``Device/emulator``, which
  /// measures nothing, how many times as fast its prunable layers are predicted to be.
  case speedup(Double)
  /// The least share of the prunable layers' weights that are zero, in percent.
  case zeros(Double)
}

/// What is done for layers whose weights are dropped.
public enum Compensation: String, Sendable, CaseIterable, Codable {
  /// Nothing.
  case none
  /// Biases leave no mean residual.
  case bias
  /// The weights that are kept are solved for, so that outputs stay what they were.
  case refit
  /// Slots of segments that are zero, which cost time whether they are or not, get weights too.
  case refitAndSlots = "refit-slots"
}

/// What tells how much a weight is worth.
public enum ImportanceMeasure: String, Sendable, CaseIterable, Codable {
  /// The square of the weight; needs no images.
  case magnitude
  /// The square of the weight times the mean square of what it reads.
  case inputPower = "input-power"
  /// The rise of the layer's error when all other weights are refitted (Optimal Brain Surgeon).
  case optimalBrainSurgeon = "optimal-brain-surgeon"
}

/// How a network is re-pruned.
public struct RepruneOptions: Sendable {
  /// What the result is run on, for which costs and times are: device, precision, batch, threads.
  public var compile = CompileOptions()
  /// What is done for layers whose weights are dropped.
  public var compensation = Compensation.refitAndSlots
  /// What tells how much a weight is worth; `nil` is the best measure that a layer's size allows, and
  /// `magnitude` without images.
  public var importance: ImportanceMeasure?
  /// How outputs are compared; `nil` for what their shapes say. With ``LossMeasure/squares``, labels of images
  /// are not looked at.
  public var loss: LossMeasure?
  /// The least number of rows of a segment that a weight is kept in; 1 allows single weights.
  public var leastHeight = 1
  /// Whether layers without zeros are pruned too.
  public var prunesDense = false
  /// Whether each layer is refitted to what the changed layers before it give.
  public var refitsInOrder = true
  /// What positions and noise are drawn from.
  public var seed: UInt64 = 0
  /// The images of a run of the network for calibration and evaluation.
  public var calibrationBatch = 16
  /// How networks are timed beside each other, layers included.
  public var benchmark = Benchmark(warmup: 0.2, duration: 1.5)
  /// A folder for what takes long to compute, from which a run that was stopped goes on.
  public var checkpoint: String?

  /// Makes the usual options.
  public init() {}
}

extension Compensation {
  var core: Repruning.Compensation {
    switch self {
    case .none: .none
    case .bias: .bias
    case .refit: .refit
    case .refitAndSlots: .refitAndSlots
    }
  }
}

extension ImportanceMeasure {
  var core: Importance.Measure {
    switch self {
    case .magnitude: .magnitude
    case .inputPower: .inputPower
    case .optimalBrainSurgeon: .optimalBrainSurgeon
    }
  }

  init(_ measure: Importance.Measure) {
    switch measure {
    case .magnitude: self = .magnitude
    case .inputPower: self = .inputPower
    case .optimalBrainSurgeon: self = .optimalBrainSurgeon
    }
  }
}
