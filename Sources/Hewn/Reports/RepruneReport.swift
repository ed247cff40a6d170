/// What became of a network that was re-pruned.
public struct RepruneReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The model that was read.
  public var model: ModelSummary
  /// What it was re-pruned for.
  public var target: Target
  /// How it was re-pruned.
  public var method: Method
  /// What was asked for; `nil` of a frontier.
  @Nullable public var budget: Budget?
  /// The images that layers were fitted to; `nil` without any.
  @Nullable public var calibration: Images?
  /// The images that the result was judged by; `nil` without any.
  @Nullable public var evaluation: Images?
  /// The network that was found; `nil` of a frontier.
  @Nullable public var result: Point?
  /// The networks that were tried on the way, or the points of the frontier.
  public var points: [Point]
  /// The top-1 accuracy of the network that was found beside that of the one that was read; `nil` without labels.
  @Nullable public var accuracy: PairedAccuracy?
  /// The layers that may be re-pruned, in order.
  public var layers: [Layer]
  /// The layers that were left alone.
  public var leftAlone: [Exception]
  /// What the user should know.
  public var notes: [String]
  /// The ONNX file that was written; `nil` where none was.
  @Nullable public var file: String?
  /// The file of masks that was written; `nil` where none was.
  @Nullable public var masks: String?
  /// The wall time in seconds; `nil` where it is not known.
  @Nullable public var seconds: Double?

  /// What a network was re-pruned for.
  public struct Target: Codable, Sendable, Equatable {
    /// Whose costs decided.
    public var device: Device
    /// `portable`, `avx2` or `avx512`; `nil` on devices without that choice.
    @Nullable public var instructionSet: String?
    /// The GPU; `nil` on devices that are none.
    @Nullable public var gpu: String?
    /// What the device computes in.
    public var precision: Precision
    /// Where the costs come from; `nil` on devices without a choice.
    @Nullable public var costs: CostSummary?
    /// The threads of a run.
    public var threads: Int
    /// The items of a run.
    public var batch: Int

    private enum CodingKeys: String, CodingKey {
      case device, gpu, precision, costs, threads, batch
      case instructionSet = "instruction_set"
    }
  }

  /// How a network was re-pruned.
  public struct Method: Codable, Sendable, Equatable {
    /// What was done for layers whose weights were dropped.
    public var compensation: Compensation
    /// What told how much weights are worth; `nil` for the best that each layer's size allows.
    @Nullable public var importance: ImportanceMeasure?
    /// How outputs were compared; `nil` where their shapes decided it.
    @Nullable public var loss: LossMeasure?
    /// The least number of rows of a segment that a weight is kept in.
    public var leastHeight: Int
    /// Whether layers without zeros were pruned too.
    public var prunesDense: Bool
    /// Whether layers were refitted in order.
    public var refitsInOrder: Bool
    /// What positions and noise were drawn from.
    public var seed: UInt64

    private enum CodingKeys: String, CodingKey {
      case compensation, importance, loss, seed
      case leastHeight = "least_height"
      case prunesDense = "from_dense"
      case refitsInOrder = "in_order"
    }
  }

  /// A budget, and what came of it.
  public struct Budget: Codable, Sendable, Equatable {
    /// `accuracy-drop` in points, `error`, `speedup` or `zeros` in percent.
    public var kind: String
    /// What was asked for.
    public var asked: Double
    /// What was reached.
    public var reached: Double
    /// Whether the one meets the other.
    public var isMet: Bool

    private enum CodingKeys: String, CodingKey {
      case kind, asked, reached
      case isMet = "met"
    }
  }

  /// Images, and how many of them there were.
  public struct Images: Codable, Sendable, Equatable {
    /// Where they come from.
    @Nullable public var source: String?
    /// How many there were.
    public var count: Int
    /// Whether their classes are known.
    public var hasLabels: Bool

    private enum CodingKeys: String, CodingKey {
      case source, count
      case hasLabels = "labelled"
    }
  }

  /// A network between the one that was read and one with all weights dropped.
  public struct Point: Codable, Sendable, Equatable {
    /// The milliseconds that a unit of loss is worth; `nil` for the network as it is, where
    /// nothing is dropped, and where the number of weights was traded.
    @Nullable public var lambda: Double?
    /// The share of the prunable layers' weights that are zero.
    public var zeros: Double
    /// The predicted milliseconds of the prunable layers.
    public var predictedMilliseconds: Double
    /// The measured milliseconds of the prunable layers; `nil` where nothing was measured.
    @Nullable public var measuredMilliseconds: Double?
    /// The measured milliseconds of a run of the network; `nil` where nothing was measured.
    @Nullable public var networkMilliseconds: Double?
    /// The predicted loss: Σ a_l · E_l / ‖Y_l‖².
    public var predictedLoss: Double
    /// The measured loss on the evaluation images; `nil` without any, and where outputs are not finite.
    @Nullable public var measuredLoss: Double?
    /// The top-1 accuracy on them; `nil` without labels.
    @Nullable public var accuracy: Double?
    /// Whether layers were refitted in order.
    public var isInOrder: Bool

    private enum CodingKeys: String, CodingKey {
      case lambda, zeros, accuracy
      case predictedMilliseconds = "predicted_ms"
      case measuredMilliseconds = "measured_ms"
      case networkMilliseconds = "network_ms"
      case predictedLoss = "predicted_loss"
      case measuredLoss = "measured_loss"
      case isInOrder = "in_order"
    }
  }

  /// A layer that may be re-pruned.
  public struct Layer: Codable, Sendable, Equatable {
    /// The node.
    public var name: String
    /// The initializer of its weights.
    public var weights: String
    /// The filters, of all groups.
    public var filters: Int
    /// The taps of a filter.
    public var taps: Int
    /// What it became: `dense`, `exact` or `repruned`.
    public var form: String
    /// The weights that were zero before.
    public var zeroCount: Int
    /// The weights that are zero now and were not.
    public var droppedCount: Int
    /// The weights that were zero and are not.
    public var filledCount: Int
    /// The weights that were kept and have changed.
    public var refittedCount: Int
    /// The segments by height, as text.
    public var segments: [String: Int]
    /// The single weights outside of segments.
    public var leafCount: Int
    /// a_l, the network's loss for one unit of the layer's relative error.
    public var lossPerError: Double
    /// E / ‖Y‖² of its outputs; where it was refitted in order, on the inputs that the changed network gives it, to
    /// what it is to give there, and by what comes through a clamp that follows; without images that of its weights.
    public var relativeError: Double
    /// The filters whose weights could not be solved for.
    public var unsolvedCount: Int
    /// What it would take dense; `nil` where no dense kernel computes it.
    @Nullable public var denseMilliseconds: Double?
    /// What it is predicted to take as it was.
    public var predictedBefore: Double
    /// What it is predicted to take now.
    public var predictedAfter: Double
    /// What it took as it was; `nil` where nothing was measured.
    @Nullable public var measuredBefore: Double?
    /// What it takes now; `nil` where nothing was measured.
    @Nullable public var measuredAfter: Double?

    private enum CodingKeys: String, CodingKey {
      case name, weights, filters, taps, form, segments
      case zeroCount = "zeros"
      case droppedCount = "dropped"
      case filledCount = "filled"
      case refittedCount = "refitted"
      case leafCount = "leaves"
      case lossPerError = "loss_per_error"
      case relativeError = "relative_error"
      case unsolvedCount = "unsolved_filters"
      case denseMilliseconds = "dense_ms"
      case predictedBefore = "predicted_before_ms"
      case predictedAfter = "predicted_after_ms"
      case measuredBefore = "measured_before_ms"
      case measuredAfter = "measured_after_ms"
    }
  }

  /// A layer that was left alone.
  public struct Exception: Codable, Sendable, Equatable {
    /// The node.
    public var name: String
    /// Why it was.
    public var reason: String
  }

  /// The point of the network as it was read.
  public var unchanged: Point? { points.first }

  private enum CodingKeys: String, CodingKey {
    case model, target, method, budget, calibration, evaluation, result, points, accuracy, layers
    case notes, file, masks, seconds
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
    case leftAlone = "left_alone"
  }
}
