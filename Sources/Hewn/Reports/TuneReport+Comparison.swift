extension TuneReport {
  /// Predicted and measured times of a model's layers.
  public struct Comparison: Codable, Sendable, Equatable {
    /// The model that was measured.
    public var model: ModelSummary
    /// The threads that it ran with.
    public var threads: Int
    /// The items that one run computes.
    public var batch: Int
    /// The layers, in order.
    public var layers: [Layer]
    /// How far the predictions of the chosen kernels are off.
    @Nullable public var errors: Errors?
    /// The same of the dense kernels, of every layer.
    @Nullable public var denseErrors: Errors?
    /// Layers whose sparse kernels were chosen and measured slower than dense ones by more than 5 %.
    public var wrongChoices: Int
    /// Layers for which the built-in costs choose the other engine.
    public var changedEngines: Int
    /// Layers for which they choose the same engine, and another cover.
    public var changedCovers: Int
    /// What compiling had to note.
    public var notes: [String]

    package init(
      model: ModelSummary, threads: Int, batch: Int, layers: [Layer], notes: [String] = []
    ) {
      self.model = model
      self.threads = threads
      self.batch = batch
      self.layers = layers
      self.notes = notes
      errors = Errors(layers.compactMap(\.error))
      denseErrors = Errors(layers.compactMap(\.denseError))
      wrongChoices = layers.count { $0.isWrongChoice == true }
      changedEngines = layers.count { $0.builtInEngine != $0.engine }
      changedCovers = layers.count { $0.builtInEngine == $0.engine && $0.hasOtherCover }
    }

    init(
      _ report: BenchReport, layers: [LayerSummary], builtIn: [LayerSummary], notes: [String]
    ) {
      let count = min(report.layers.count, layers.count)
      self.init(
        model: report.model, threads: report.threads, batch: report.batch,
        layers: (0..<count).map { index in
          // Conversions between layouts may differ; the layers of the model do not.
          let other = builtIn.first { $0.name == layers[index].name && $0.op == layers[index].op }
          return Layer(report.layers[index], layers[index], builtIn: other)
        }, notes: notes)
    }

    private enum CodingKeys: String, CodingKey {
      case model, threads, batch, layers, errors, notes
      case denseErrors = "dense_errors"
      case wrongChoices = "wrong_choices"
      case changedEngines = "changed_engines"
      case changedCovers = "changed_covers"
    }
  }

  /// One layer.
  public struct Layer: Codable, Sendable, Equatable {
    /// The node's name in the model.
    public var name: String
    /// The operator with its fused parts, as `Conv+Add+Relu`.
    public var op: String
    /// What was chosen: `sparse`, `dense` or `other`.
    public var engine: String
    /// What the built-in costs choose.
    public var builtInEngine: String
    /// Whether segments and leaves are others than by the built-in costs.
    public var hasOtherCover: Bool
    /// Predicted and measured time of the chosen engine.
    @Nullable public var predictedMilliseconds: Double?
    /// The median time of the chosen engine.
    @Nullable public var milliseconds: Double?
    /// Predicted over measured time of the chosen engine.
    @Nullable public var ratio: Double?
    /// Predicted time with dense kernels.
    @Nullable public var predictedDenseMilliseconds: Double?
    /// The median time with dense kernels.
    @Nullable public var denseMilliseconds: Double?
    /// Predicted over measured time with dense kernels.
    @Nullable public var denseRatio: Double?
    /// Whether sparse kernels were chosen and measured slower than dense ones by more than 5 %; `nil`
    /// for layers without that choice.
    @Nullable public var isWrongChoice: Bool?

    package init(
      name: String, op: String, engine: String, builtInEngine: String, hasOtherCover: Bool = false,
      predictedMilliseconds: Double? = nil, milliseconds: Double? = nil,
      predictedDenseMilliseconds: Double? = nil, denseMilliseconds: Double? = nil,
      isWrongChoice: Bool? = nil
    ) {
      func ratio(_ predicted: Double?, _ measured: Double?) -> Double? {
        guard let predicted, let measured, measured > 0 else { return nil }
        return (predicted / measured).rounded(places: 4)
      }
      self.name = name
      self.op = op
      self.engine = engine
      self.builtInEngine = builtInEngine
      self.hasOtherCover = hasOtherCover
      self.predictedMilliseconds = predictedMilliseconds
      self.milliseconds = milliseconds
      self.ratio = ratio(predictedMilliseconds, milliseconds)
      self.predictedDenseMilliseconds = predictedDenseMilliseconds
      self.denseMilliseconds = denseMilliseconds
      denseRatio = ratio(predictedDenseMilliseconds, denseMilliseconds)
      self.isWrongChoice = isWrongChoice
    }

    init(_ measured: BenchReport.Layer, _ layer: LayerSummary, builtIn: LayerSummary?) {
      self.init(
        name: layer.name, op: layer.op, engine: layer.engine,
        builtInEngine: builtIn?.engine ?? layer.engine,
        hasOtherCover: builtIn.map { $0.segments != layer.segments || $0.leaves != layer.leaves }
          ?? false,
        predictedMilliseconds: layer.predictedMilliseconds,
        milliseconds: measured.milliseconds[Engine.sparse.rawValue],
        predictedDenseMilliseconds: layer.predictedDenseMilliseconds,
        denseMilliseconds: measured.milliseconds[Engine.dense.rawValue],
        isWrongChoice: measured.isWrongChoice)
    }

    var error: Double? { ratio.map { abs($0 - 1) } }
    var denseError: Double? { denseRatio.map { abs($0 - 1) } }

    private enum CodingKeys: String, CodingKey {
      case name, op, engine, ratio
      case builtInEngine = "built_in_engine"
      case hasOtherCover = "cover_changed"
      case predictedMilliseconds = "predicted_ms"
      case milliseconds = "ms"
      case predictedDenseMilliseconds = "predicted_dense_ms"
      case denseMilliseconds = "dense_ms"
      case denseRatio = "dense_ratio"
      case isWrongChoice = "wrong_choice"
    }
  }

  /// Relative errors of predictions: |predicted − measured| / measured.
  public struct Errors: Codable, Sendable, Equatable {
    /// The predictions that were compared.
    public var layers: Int
    /// The error that half of them do not exceed.
    public var median: Double
    /// The error that 90 % of them do not exceed.
    public var p90: Double

    /// Summarises errors; `nil` for none.
    init?(_ errors: [Double]) {
      guard !errors.isEmpty else { return nil }
      let sorted = errors.sorted()
      layers = sorted.count
      median = percentile(50, of: sorted).rounded(places: 4)
      p90 = percentile(90, of: sorted).rounded(places: 4)
    }
  }
}
