internal import Passes
internal import Tensors

/// What a model was compiled to, layer by layer.
public struct InspectReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The model that was read.
  public var model: ModelSummary
  /// What the model was compiled to.
  public var plan: PlanSummary
  /// One entry for each executed step, in order.
  public var layers: [LayerSummary]
  /// Sums over the layers.
  public var totals: Totals
  /// What binding the shapes changed or found.
  public var notes: [String]
  /// What each optimisation did and could not do; `nil` where that was not asked for.
  @Nullable public var passes: [PassSummary]?

  /// Sums over the layers that have them.
  public struct Totals: Codable, Sendable, Equatable {
    /// All layers.
    public var layers: Int
    /// Layers for which sparse kernels were chosen.
    public var sparseLayers: Int
    /// Layers for which dense kernels were chosen.
    public var denseLayers: Int
    /// Weights of all filter matrices.
    public var weights: Int
    /// Weights that are zero.
    public var zeros: Int
    /// Segments of any height.
    public var segments: Int
    /// Non-zero weights outside all segments.
    public var leaves: Int
    /// Segment slots that are zero in the model.
    public var filledSlots: Int
    /// Floating-point operations if every weight counts.
    public var denseFlops: Int
    /// Floating-point operations of the non-zero weights.
    public var nonZeroFlops: Int
    /// The sum of all predictions; `nil` where no layer has one.
    @Nullable public var predictedMilliseconds: Double?
    /// The same if every layer ran dense.
    @Nullable public var predictedDenseMilliseconds: Double?

    /// Adds up layers.
    public init(_ layers: [LayerSummary]) {
      func sum(_ value: (LayerSummary) -> Int?) -> Int {
        layers.reduce(0) { $0.saturatingAdd(value($1) ?? 0) }
      }
      self.layers = layers.count
      sparseLayers = layers.count { $0.engine == "sparse" }
      denseLayers = layers.count { $0.engine == "dense" }
      weights = sum(\.weights)
      zeros = sum(\.zeros)
      segments = sum { $0.segments?.values.reduce(0, +) }
      leaves = sum(\.leaves)
      filledSlots = sum(\.filledSlots)
      denseFlops = sum(\.denseFlops)
      nonZeroFlops = sum(\.nonZeroFlops)
      let chosen = layers.compactMap(\.predictedMilliseconds)
      // A step without a choice takes its one time in either plan.
      let dense = layers.compactMap { $0.predictedDenseMilliseconds ?? $0.predictedMilliseconds }
      predictedMilliseconds = chosen.isEmpty ? nil : chosen.reduce(0, +).rounded(places: 6)
      predictedDenseMilliseconds = dense.isEmpty ? nil : dense.reduce(0, +).rounded(places: 6)
    }

    private enum CodingKeys: String, CodingKey {
      case layers, weights, zeros, segments, leaves
      case sparseLayers = "sparse_layers"
      case denseLayers = "dense_layers"
      case filledSlots = "filled_slots"
      case denseFlops = "dense_flops"
      case nonZeroFlops = "nonzero_flops"
      case predictedMilliseconds = "predicted_ms"
      case predictedDenseMilliseconds = "predicted_dense_ms"
    }
  }

  package init(
    hewnVersion: String = Release.version, model: ModelSummary, plan: PlanSummary,
    layers: [LayerSummary], notes: [String] = [],
    passes: [PassSummary]? = nil
  ) {
    self.hewnVersion = hewnVersion
    self.model = model
    self.plan = plan
    self.layers = layers
    self.totals = Totals(layers)
    self.notes = notes
    self.passes = passes
  }

  private enum CodingKeys: String, CodingKey {
    case model, plan, layers, totals, notes, passes
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
  }
}

/// What one optimisation did, and what kept it from doing more.
public struct PassSummary: Codable, Sendable, Equatable {
  /// One node, and what became of it.
  public struct Entry: Codable, Sendable, Equatable {
    /// The node, as `Conv "conv1"`.
    public var node: String
    /// What was done there, or why nothing was.
    public var what: String

    package init(node: String, what: String) {
      self.node = node
      self.what = what
    }
  }

  /// A verb and its object, as `FoldPad`.
  public var name: String
  /// Where the optimisation was applied.
  public var applied: [Entry]
  /// Where it would fit and was not applied.
  public var blocked: [Entry]

  package init(name: String, applied: [Entry] = [], blocked: [Entry] = []) {
    self.name = name
    self.applied = applied
    self.blocked = blocked
  }

  init(_ report: PassReport) {
    self.init(
      name: report.pass, applied: report.applied.map { Entry(node: $0.node, what: $0.what) },
      blocked: report.blocked.map { Entry(node: $0.node, what: $0.what) })
  }
}

extension Plan {
  /// What the plan consists of.
  ///
  /// - Parameter includesPasses: whether to say what each optimisation did.
  public func inspect(includesPasses: Bool = false) -> InspectReport {
    InspectReport(
      model: model, plan: summary, layers: layers, notes: notes,
      passes: includesPasses ? passes : nil)
  }
}
