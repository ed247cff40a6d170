/// How often a model finds the right class.
public struct EvaluateReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The model that was read.
  public var model: ModelSummary
  /// What the model was compiled to.
  public var plan: PlanSummary
  /// The images that ran, and those that did not.
  public var images: Images
  /// The output that was read as class scores.
  public var output: String
  /// The classes that the output has scores of.
  public var classCount: Int
  /// The images whose class has the greatest score.
  public var top1: Proportion
  /// The images whose class has one of the five greatest scores; `nil` where there are no more
  /// classes than that.
  @Nullable public var top5: Proportion?
  /// The mean time of a run over the batch; `nil` without images.
  @Nullable public var millisecondsPerImage: Double?
  /// The wall time of the whole in seconds, reading and decoding included; `nil` where it is not
  /// known.
  @Nullable public var seconds: Double?

  /// What was evaluated.
  public struct Images: Codable, Sendable, Equatable {
    /// The name of a file or folder.
    @Nullable public var source: String?
    /// The images that ran.
    public var count: Int
    /// Images that could not be decoded and were left out.
    public var skippedCount: Int
    /// Images with a score that is infinite or no number; where two models are compared, with such
    /// an element in any output of either.
    public var nonFiniteCount: Int

    package init(source: String?, count: Int, skippedCount: Int = 0, nonFiniteCount: Int = 0) {
      self.source = source
      self.count = count
      self.skippedCount = skippedCount
      self.nonFiniteCount = nonFiniteCount
    }

    private enum CodingKeys: String, CodingKey {
      case source, count
      case skippedCount = "skipped"
      case nonFiniteCount = "non_finite"
    }
  }

  package init(
    hewnVersion: String = Release.version, model: ModelSummary, plan: PlanSummary, images: Images,
    output: String, classCount: Int, top1: Proportion, top5: Proportion?,
    millisecondsPerImage: Double?, seconds: Double? = nil
  ) {
    self.hewnVersion = hewnVersion
    self.model = model
    self.plan = plan
    self.images = images
    self.output = output
    self.classCount = classCount
    self.top1 = top1
    self.top5 = top5
    self.millisecondsPerImage = millisecondsPerImage?.rounded(places: 6)
    self.seconds = seconds?.rounded(places: 3)
  }

  private enum CodingKeys: String, CodingKey {
    case model, plan, images, output, top1, top5, seconds
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
    case classCount = "classes"
    case millisecondsPerImage = "ms_per_image"
  }
}

/// A share of a sample, and where that of the whole population probably lies.
///
/// With k of n, p = k/n and z = 1.96, the interval of Wilson (1927) is
/// (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n). It covers the share of the population in
/// about 95 % of all samples.
public struct Proportion: Codable, Sendable, Equatable {
  /// How many of the sample have the property.
  public var count: Int
  /// `count` over all; 0 of nothing.
  public var accuracy: Double
  /// The lower end of the interval of 95 % confidence; 0 of nothing.
  public var lower: Double
  /// The upper end of the interval of 95 % confidence; 1 of nothing.
  public var upper: Double

  /// The 97.5th percentile of the normal distribution.
  private static let z = 1.959963984540054

  /// Makes the share of `count` of `total`.
  ///
  /// - Precondition: `count` lies in 0…`total`.
  public init(count: Int, of total: Int) {
    precondition((0...max(0, total)).contains(count), "\(count) of \(total)")
    self.count = count
    guard total > 0 else {
      (accuracy, lower, upper) = (0, 0, 1)
      return
    }
    let n = Double(total)
    let p = Double(count) / n
    let z = Self.z
    let center = p + z * z / (2 * n)
    let radius = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    accuracy = p.rounded(places: 6)
    // Both ends are exact where all or none are counted, but for rounding.
    lower = max(0, (center - radius) / scale).rounded(places: 6)
    upper = min(1, (center + radius) / scale).rounded(places: 6)
  }

  private enum CodingKeys: String, CodingKey {
    case count, accuracy, lower, upper
  }
}
