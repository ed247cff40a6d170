internal import Runtime

/// One executed step: its filter matrix and cover, the engine chosen for it, and why.
public struct LayerSummary: Codable, Sendable, Equatable {
  /// The node's name in the model.
  public var name: String
  /// The operator with its fused parts, as `Conv+Add+Relu`.
  public var op: String
  /// M: all filters. This and the following are `nil` for steps without constant weights.
  @Nullable public var rows: Int?
  /// K: taps of one convolution group.
  @Nullable public var taps: Int?
  /// All weights.
  @Nullable public var weights: Int?
  /// Weights that are zero.
  @Nullable public var zeros: Int?
  /// The number of segments of each height.
  @Nullable public var segments: [Int: Int]?
  /// Non-zero weights outside all segments.
  @Nullable public var leaves: Int?
  /// Segment slots that were zero in the model.
  @Nullable public var filledSlots: Int?
  /// `sparse`, `dense`, `reference` for steps without a kernel, or `other` for those without a choice.
  public var engine: String
  /// Why that engine: the comparison, or what forced it.
  public var reason: String
  /// Predicted time of the chosen engine.
  @Nullable public var predictedMilliseconds: Double?
  /// Predicted time with sparse kernels; `nil` for steps without a choice.
  @Nullable public var predictedSparseMilliseconds: Double?
  /// Predicted time with dense kernels; `nil` for steps without a choice.
  @Nullable public var predictedDenseMilliseconds: Double?
  /// Floating-point operations if every weight counts.
  public var denseFlops: Int
  /// Floating-point operations of the non-zero weights.
  public var nonZeroFlops: Int
  /// Operations that the processor could do in the least time that the chosen kernels' loads and
  /// multiply-adds take; `nil` where they are not counted.
  @Nullable public var boundFlops: Int?
  /// How a GPU kernel goes about it; `nil` on other devices, and for steps without a choice.
  @Nullable public var kernel: Kernel?

  /// The chosen form of a GPU kernel, and what is expected to limit it.
  public struct Kernel: Codable, Sendable, Equatable {
    /// The kernel's name.
    public var name: String
    /// Rows, pixels and images that a block of threads computes, as `128·(4×8)·8`.
    public var tile: String
    /// Stages of input in shared memory.
    public var stageCount: Int
    /// Blocks that share the taps of one tile.
    public var splitCount: Int
    /// All blocks.
    public var blockCount: Int
    /// Blocks over those that the GPU runs at once.
    public var waves: Double
    /// Bytes of shared memory of a block.
    public var sharedByteCount: Int
    /// What is expected to take the most time: `instruction issue`, `tensor cores`, `multiply-adds`,
    /// `shared memory`, `L2`, `memory`, or `latency` where all of them wait.
    public var limiter: String

    package init(
      name: String, tile: String, stageCount: Int, splitCount: Int = 1, blockCount: Int,
      waves: Double, sharedByteCount: Int, limiter: String
    ) {
      self.name = name
      self.tile = tile
      self.stageCount = stageCount
      self.splitCount = splitCount
      self.blockCount = blockCount
      self.waves = waves.rounded(places: 3)
      self.sharedByteCount = sharedByteCount
      self.limiter = limiter
    }

    init(_ kernel: KernelReport) {
      self.init(
        name: kernel.name, tile: kernel.tile, stageCount: kernel.stageCount,
        splitCount: kernel.splitCount, blockCount: kernel.blockCount, waves: kernel.waves,
        sharedByteCount: kernel.sharedByteCount, limiter: kernel.limiter)
    }

    private enum CodingKeys: String, CodingKey {
      case name, tile, waves, limiter
      case stageCount = "stages"
      case splitCount = "splits"
      case blockCount = "blocks"
      case sharedByteCount = "shared_bytes"
    }
  }

  package init(
    name: String, op: String, rows: Int? = nil, taps: Int? = nil, weights: Int? = nil,
    zeros: Int? = nil, segments: [Int: Int]? = nil, leaves: Int? = nil, filledSlots: Int? = nil,
    engine: String, reason: String, predictedMilliseconds: Double? = nil,
    predictedSparseMilliseconds: Double? = nil, predictedDenseMilliseconds: Double? = nil,
    denseFlops: Int, nonZeroFlops: Int, boundFlops: Int? = nil, kernel: Kernel? = nil
  ) {
    self.name = name
    self.op = op
    self.rows = rows
    self.taps = taps
    self.weights = weights
    self.zeros = zeros
    self.segments = segments
    self.leaves = leaves
    self.filledSlots = filledSlots
    self.engine = engine
    self.reason = reason
    self.predictedMilliseconds = predictedMilliseconds
    self.predictedSparseMilliseconds = predictedSparseMilliseconds
    self.predictedDenseMilliseconds = predictedDenseMilliseconds
    self.denseFlops = denseFlops
    self.nonZeroFlops = nonZeroFlops
    self.boundFlops = boundFlops
    self.kernel = kernel
  }

  init(_ layer: LayerReport) {
    self.init(
      name: layer.name, op: layer.op, rows: layer.matrix?.rows, taps: layer.matrix?.taps,
      weights: layer.matrix?.weights, zeros: layer.matrix?.zeros,
      segments: layer.matrix?.segmentsByHeight, leaves: layer.matrix?.leaves,
      filledSlots: layer.matrix?.filledSlots, engine: layer.engine, reason: layer.reason,
      predictedMilliseconds: layer.predictedMilliseconds?.rounded(places: 6),
      predictedSparseMilliseconds: layer.predictedSparseMilliseconds?.rounded(places: 6),
      predictedDenseMilliseconds: layer.predictedDenseMilliseconds?.rounded(places: 6),
      denseFlops: layer.denseFlops, nonZeroFlops: layer.nonZeroFlops, boundFlops: layer.boundFlops,
      kernel: layer.kernel.map(Kernel.init))
  }

  private enum CodingKeys: String, CodingKey {
    case name, op, rows, taps, weights, zeros, segments, leaves, engine, reason, kernel
    case filledSlots = "filled_slots"
    case predictedMilliseconds = "predicted_ms"
    case predictedSparseMilliseconds = "predicted_sparse_ms"
    case predictedDenseMilliseconds = "predicted_dense_ms"
    case denseFlops = "dense_flops"
    case nonZeroFlops = "nonzero_flops"
    case boundFlops = "bound_flops"
  }
}
