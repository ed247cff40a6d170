/// How two models do on the same images.
public struct PairedEvaluationReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The model that was read.
  public var model: ModelSummary
  /// What the model was compiled to.
  public var plan: PlanSummary
  /// What it was compared with.
  public var other: Other
  /// The images that ran, and those that did not.
  public var images: EvaluateReport.Images
  /// How often each model finds the right class; `nil` where that cannot be said.
  @Nullable public var accuracy: Accuracy?
  /// Why there is no accuracy; `nil` where there is.
  @Nullable public var noAccuracyReason: String?
  /// How far each output of the model is from the other's, by its name in the model.
  public var outputs: [String: OutputFidelity]
  /// What all intervals of means were made by.
  public var resampling: Resampling
  /// The mean time of a run of the model over the batch; `nil` without images.
  @Nullable public var millisecondsPerImage: Double?
  /// The wall time of the whole in seconds, reading and decoding included; `nil` where it is not
  /// known.
  @Nullable public var seconds: Double?

  /// The model that another is compared with.
  public struct Other: Codable, Sendable, Equatable {
    /// The model that was read.
    public var model: ModelSummary
    /// What the model was compiled to.
    public var plan: PlanSummary
    /// The mean time of a run over the batch; `nil` without images.
    @Nullable public var millisecondsPerImage: Double?

    package init(model: ModelSummary, plan: PlanSummary, millisecondsPerImage: Double?) {
      self.model = model
      self.plan = plan
      self.millisecondsPerImage = millisecondsPerImage?.rounded(places: 6)
    }

    private enum CodingKeys: String, CodingKey {
      case model, plan
      case millisecondsPerImage = "ms_per_image"
    }
  }

  /// How often each model finds the right class.
  public struct Accuracy: Codable, Sendable, Equatable {
    /// The output that was read as class scores.
    public var output: String
    /// The classes that the output has scores of.
    public var classCount: Int
    /// The images whose class has the greatest score.
    public var top1: PairedAccuracy
    /// The images whose class has one of the five greatest scores; `nil` where there are no more
    /// classes than that.
    @Nullable public var top5: PairedAccuracy?

    package init(output: String, classCount: Int, top1: PairedAccuracy, top5: PairedAccuracy?) {
      self.output = output
      self.classCount = classCount
      self.top1 = top1
      self.top5 = top5
    }

    private enum CodingKeys: String, CodingKey {
      case output, top1, top5
      case classCount = "classes"
    }
  }

  /// How intervals of means were made: by the bootstrap, see ``Estimate``.
  public struct Resampling: Codable, Sendable, Equatable {
    /// How often the images were drawn again.
    public var count: Int
    /// What they were drawn by.
    public var seed: UInt64

    package init(count: Int, seed: UInt64) {
      self.count = count
      self.seed = seed
    }
  }

  package init(
    hewnVersion: String = Release.version, model: ModelSummary, plan: PlanSummary, other: Other,
    images: EvaluateReport.Images, accuracy: Accuracy?, noAccuracyReason: String?,
    outputs: [String: OutputFidelity], resampling: Resampling, millisecondsPerImage: Double?,
    seconds: Double? = nil
  ) {
    self.hewnVersion = hewnVersion
    self.model = model
    self.plan = plan
    self.other = other
    self.images = images
    self.accuracy = accuracy
    self.noAccuracyReason = noAccuracyReason
    self.outputs = outputs
    self.resampling = resampling
    self.millisecondsPerImage = millisecondsPerImage?.rounded(places: 6)
    self.seconds = seconds?.rounded(places: 3)
  }

  private enum CodingKeys: String, CodingKey {
    case model, plan, other, images, accuracy, outputs, resampling, seconds
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
    case noAccuracyReason = "no_accuracy_reason"
    case millisecondsPerImage = "ms_per_image"
  }
}
