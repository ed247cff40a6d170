/// How fast a model runs, whole and layer by layer.
public struct BenchReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The model that was read.
  public var model: ModelSummary
  /// What it ran on.
  public var device: Device
  /// `portable`, `avx2` or `avx512`; `nil` on devices without that choice.
  @Nullable public var instructionSet: String?
  /// The GPU that it ran on; `nil` on devices that are none.
  @Nullable public var gpu: String?
  /// What the device computes in; `f32` on devices that are no GPUs.
  public var precision: Precision
  /// The costs of kernels that the plans were compiled by; `nil` on devices without a choice.
  @Nullable public var costs: CostSummary?
  /// The threads of every session.
  public var threads: Int
  /// The items that one run computes.
  public var batch: Int
  /// What was asked for.
  public var settings: Settings
  /// Times by engine, `sparse` or `dense`.
  public var engines: [String: Timing]
  /// The median of the dense engine over that of the sparse engine; `nil` unless both ran.
  @Nullable public var speedup: Double?
  /// One entry for each layer, joined over the engines that ran.
  public var layers: [Layer]
  /// The greatest rate that the device reaches with these threads, in GFLOP/s; `nil` where it is
  /// not known.
  @Nullable public var peakGFLOPs: Double?

  /// What decides how long is measured, and on what.
  public struct Settings: Codable, Sendable, Equatable {
    /// How long each engine ran before it was measured.
    public var warmupSeconds: Double
    /// How long each engine was measured at least.
    public var durationSeconds: Double
    /// How many runs of each engine were measured at least.
    public var minimumIterations: Int
    /// What random inputs were made from.
    public var seed: UInt64

    package init(
      warmupSeconds: Double, durationSeconds: Double, minimumIterations: Int, seed: UInt64
    ) {
      self.warmupSeconds = warmupSeconds
      self.durationSeconds = durationSeconds
      self.minimumIterations = minimumIterations
      self.seed = seed
    }

    private enum CodingKeys: String, CodingKey {
      case seed
      case warmupSeconds = "warmup_s"
      case durationSeconds = "duration_s"
      case minimumIterations = "min_iterations"
    }
  }

  /// The times of one engine's runs in milliseconds.
  public struct Timing: Codable, Sendable, Equatable {
    /// The runs that were measured.
    public var iterations: Int
    /// The shortest time.
    public var min: Double
    /// The mean time.
    public var mean: Double
    /// The time that half of the runs did not exceed.
    public var median: Double
    /// The time that 90 % of the runs did not exceed.
    public var p90: Double
    /// The time that 95 % of the runs did not exceed.
    public var p95: Double
    /// The time that 99 % of the runs did not exceed.
    public var p99: Double
    /// The longest time.
    public var max: Double
    /// The batch over the mean time.
    public var itemsPerSecond: Double

    /// Summarises the times of single runs.
    ///
    /// Percentiles interpolate linearly between the two nearest times.
    ///
    /// - Precondition: there is at least one time.
    public init(milliseconds: [Double], batch: Int) {
      precondition(!milliseconds.isEmpty, "no times")
      let sorted = milliseconds.sorted()
      let mean = sorted.reduce(0, +) / Double(sorted.count)
      iterations = sorted.count
      min = percentile(0, of: sorted).rounded(places: 6)
      self.mean = mean.rounded(places: 6)
      median = percentile(50, of: sorted).rounded(places: 6)
      p90 = percentile(90, of: sorted).rounded(places: 6)
      p95 = percentile(95, of: sorted).rounded(places: 6)
      p99 = percentile(99, of: sorted).rounded(places: 6)
      max = percentile(100, of: sorted).rounded(places: 6)
      itemsPerSecond = mean > 0 ? (Double(batch) * 1000 / mean).rounded(places: 3) : 0
    }

    private enum CodingKeys: String, CodingKey {
      case iterations
      case min = "min_ms"
      case mean = "mean_ms"
      case median = "median_ms"
      case p90 = "p90_ms"
      case p95 = "p95_ms"
      case p99 = "p99_ms"
      case max = "max_ms"
      case itemsPerSecond = "items_per_second"
    }
  }

  /// One layer and its measured times; those are `nil` without a profile.
  public struct Layer: Codable, Sendable, Equatable {
    /// The node's name in the model.
    public var name: String
    /// The operator with its fused parts, as `Conv+Add+Relu`.
    public var op: String
    /// What the first engine that ran chose: `sparse`, `dense` or `other`.
    public var engine: String
    /// Floating-point operations if every weight counts.
    public var denseFlops: Int
    /// Floating-point operations of the non-zero weights.
    public var nonZeroFlops: Int
    /// The median time by engine that ran.
    public var milliseconds: [String: Double]
    /// The share of the first engine's layer times.
    @Nullable public var share: Double?
    /// The rate of the first engine, counting the non-zero weights alone.
    @Nullable public var gflops: Double?
    /// The rate of the first engine, counting every weight.
    @Nullable public var denseEquivalentGFLOPs: Double?
    /// `gflops` over the peak.
    @Nullable public var shareOfPeak: Double?
    /// The least time that the loads and multiply-adds of the first engine's kernels take at the peak,
    /// were all their operands in the first cache; `nil` where they are not counted.
    @Nullable public var boundMilliseconds: Double?
    /// The predicted time of the first engine.
    @Nullable public var predictedMilliseconds: Double?
    /// Whether the sparse kernels were chosen and measured slower than the dense ones by more than
    /// 5 %; `nil` unless both engines ran and this layer had the choice.
    @Nullable public var isWrongChoice: Bool?

    package init(
      name: String, op: String, engine: String, denseFlops: Int, nonZeroFlops: Int,
      milliseconds: [String: Double] = [:], share: Double? = nil, gflops: Double? = nil,
      denseEquivalentGFLOPs: Double? = nil, shareOfPeak: Double? = nil,
      boundMilliseconds: Double? = nil, predictedMilliseconds: Double? = nil,
      isWrongChoice: Bool? = nil
    ) {
      self.name = name
      self.op = op
      self.engine = engine
      self.denseFlops = denseFlops
      self.nonZeroFlops = nonZeroFlops
      self.milliseconds = milliseconds
      self.share = share
      self.gflops = gflops
      self.denseEquivalentGFLOPs = denseEquivalentGFLOPs
      self.shareOfPeak = shareOfPeak
      self.boundMilliseconds = boundMilliseconds
      self.predictedMilliseconds = predictedMilliseconds
      self.isWrongChoice = isWrongChoice
    }

    private enum CodingKeys: String, CodingKey {
      case name, op, engine, share, gflops
      case denseFlops = "dense_flops"
      case nonZeroFlops = "nonzero_flops"
      case milliseconds = "ms"
      case denseEquivalentGFLOPs = "dense_equivalent_gflops"
      case shareOfPeak = "share_of_peak"
      case boundMilliseconds = "bound_ms"
      case predictedMilliseconds = "predicted_ms"
      case isWrongChoice = "wrong_choice"
    }
  }

  package init(
    hewnVersion: String = Release.version, model: ModelSummary, device: Device,
    instructionSet: String? = nil, gpu: String? = nil, precision: Precision = .f32,
    costs: CostSummary? = nil, threads: Int, batch: Int, settings: Settings,
    engines: [String: Timing], layers: [Layer], peakGFLOPs: Double? = nil
  ) {
    self.hewnVersion = hewnVersion
    self.model = model
    self.device = device
    self.instructionSet = instructionSet
    self.gpu = gpu
    self.precision = precision
    self.costs = costs
    self.threads = threads
    self.batch = batch
    self.settings = settings
    self.engines = engines
    self.layers = layers
    self.peakGFLOPs = peakGFLOPs?.rounded(places: 3)
    if let sparse = engines["sparse"], let dense = engines["dense"], sparse.median > 0 {
      speedup = (dense.median / sparse.median).rounded(places: 4)
    } else {
      speedup = nil
    }
  }

  private enum CodingKeys: String, CodingKey {
    case model, device, gpu, precision, costs, threads, batch, settings, engines, speedup, layers
    case instructionSet = "instruction_set"
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
    case peakGFLOPs = "peak_gflops"
  }
}

/// The value below which `percent` of the sorted values lie, interpolated linearly between the two
/// nearest.
func percentile(_ percent: Double, of sorted: [Double]) -> Double {
  let position = percent / 100 * Double(sorted.count - 1)
  let lower = Int(position)
  let upper = Swift.min(lower + 1, sorted.count - 1)
  return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
}
