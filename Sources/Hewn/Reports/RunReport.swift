/// The outputs of one run.
public struct RunReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The model that was read.
  public var model: ModelSummary
  /// What the model was compiled to.
  public var plan: PlanSummary
  /// The wall time of the run, without copying inputs and outputs.
  public var milliseconds: Double
  /// The outputs by name.
  public var outputs: [String: Output]
  /// The most probable classes, one list for each item; `nil` where they were not asked for.
  @Nullable public var top: [Item]?

  /// One output and the range of its elements.
  public struct Output: Codable, Sendable, Equatable {
    /// The type of the elements.
    public var elementType: ElementType
    /// The extents, outermost first.
    public var shape: [Int]
    /// The least of the finite elements; `nil` where there are none.
    @Nullable public var min: Double?
    /// The greatest of the finite elements; `nil` where there are none.
    @Nullable public var max: Double?
    /// The mean of the finite elements; `nil` where there are none.
    @Nullable public var mean: Double?
    /// Elements that are infinite or no numbers.
    public var nonFiniteCount: Int
    /// The array file that was written.
    @Nullable public var file: String?

    package init(
      elementType: ElementType, shape: [Int], min: Double?, max: Double?, mean: Double?,
      nonFiniteCount: Int = 0, file: String? = nil
    ) {
      self.elementType = elementType
      self.shape = shape
      self.min = min
      self.max = max
      self.mean = mean
      self.nonFiniteCount = nonFiniteCount
      self.file = file
    }

    /// Summarises an output's elements.
    public init(_ tensor: Tensor, file: String? = nil) {
      let values = tensor.core.doubles()
      let finite = values.filter(\.isFinite)
      // Divided first, as the sum of finite doubles can overflow.
      let mean = finite.reduce(0) { $0 + $1 / Double(finite.count) }
      self.init(
        elementType: tensor.elementType, shape: tensor.shape, min: finite.min(),
        max: finite.max(), mean: finite.isEmpty ? nil : mean,
        nonFiniteCount: values.count - finite.count, file: file)
    }

    private enum CodingKeys: String, CodingKey {
      case shape, min, max, mean, file
      case elementType = "type"
      case nonFiniteCount = "non_finite"
    }
  }

  /// The most probable classes of one item.
  public struct Item: Codable, Sendable, Equatable {
    /// The output that the classes come from.
    public var output: String
    /// The place in the batch.
    public var item: Int
    /// The image that was classified.
    @Nullable public var image: String?
    /// Whether the probabilities are the softmax of the output, which does not sum to 1 itself.
    public var isSoftmax: Bool
    /// The classes, most probable first.
    public var classes: [ClassScore]

    package init(
      output: String, item: Int, image: String?, isSoftmax: Bool, classes: [ClassScore]
    ) {
      self.output = output
      self.item = item
      self.image = image
      self.isSoftmax = isSoftmax
      self.classes = classes
    }

    private enum CodingKeys: String, CodingKey {
      case output, item, image, classes
      case isSoftmax = "softmax"
    }
  }

  package init(
    hewnVersion: String = Release.version, model: ModelSummary, plan: PlanSummary,
    milliseconds: Double, outputs: [String: Output], top: [Item]? = nil
  ) {
    self.hewnVersion = hewnVersion
    self.model = model
    self.plan = plan
    self.milliseconds = milliseconds.rounded(places: 6)
    self.outputs = outputs
    self.top = top
  }

  private enum CodingKeys: String, CodingKey {
    case model, plan, outputs, top
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
    case milliseconds = "run_ms"
  }
}

/// A class and how probable it is.
public struct ClassScore: Codable, Sendable, Equatable {
  /// The place among the scores.
  public var index: Int
  /// The name of the class, where one was given.
  @Nullable public var label: String?
  /// The probability, from 0 to 1.
  public var probability: Double

  package init(index: Int, label: String?, probability: Double) {
    self.index = index
    self.label = label
    self.probability = probability.rounded(places: 6)
  }
}
