package import Graphs
package import Tensors

/// What a backend decided for one step, and what it predicts.
package struct LayerReport: Sendable, Equatable {
  /// The node's name in the model.
  package var name: String
  /// The operator with its fused parts, as `Conv+Add+Relu`.
  package var op: String
  /// Facts of the filter matrix; `nil` for steps without weights.
  package var matrix: MatrixReport?
  /// `sparse`, `dense`, or `other` for steps without a choice.
  package var engine: String
  /// Why that engine: the comparison, or what forced it.
  package var reason: String
  /// Predicted milliseconds of the engine that was chosen; `nil` where there is no prediction.
  package var predictedMilliseconds: Double?
  package var predictedSparseMilliseconds: Double?
  package var predictedDenseMilliseconds: Double?
  /// Floating-point operations if every weight counts.
  package var denseFlops: Int
  /// Floating-point operations of the non-zero weights.
  package var nonZeroFlops: Int
  /// Operations that the device could do in the least time that the chosen kernels' loads and
  /// operations take; `nil` where they are not counted.
  package var boundFlops: Int?
  /// How a GPU kernel goes about it; `nil` elsewhere, and for steps without a choice.
  package var kernel: KernelReport?

  package init(
    name: String, op: String, matrix: MatrixReport? = nil, engine: String = "other",
    reason: String = "", predictedMilliseconds: Double? = nil,
    predictedSparseMilliseconds: Double? = nil, predictedDenseMilliseconds: Double? = nil,
    denseFlops: Int, nonZeroFlops: Int, boundFlops: Int? = nil, kernel: KernelReport? = nil
  ) {
    self.name = name
    self.op = op
    self.matrix = matrix
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
}

/// The chosen form of a GPU kernel, and what is expected to limit it.
package struct KernelReport: Sendable, Codable, Hashable {
  /// The kernel's name.
  package var name: String
  /// Rows × pixels × images that a block of threads computes, as `128·(4×8)·8`.
  package var tile: String
  /// Stages of input in shared memory.
  package var stageCount: Int
  /// Blocks that share the taps of one tile.
  package var splitCount: Int
  package var blockCount: Int
  /// Blocks over those that the device runs at once.
  package var waves: Double
  /// Shared memory of a block.
  package var sharedByteCount: Int
  /// What takes the most time: `instruction issue`, `tensor cores`, `multiply-adds`, `shared memory`, `L2`,
  /// `memory`, or `latency`.
  package var limiter: String

  package init(
    name: String, tile: String, stageCount: Int, splitCount: Int, blockCount: Int, waves: Double,
    sharedByteCount: Int, limiter: String
  ) {
    self.name = name
    self.tile = tile
    self.stageCount = stageCount
    self.splitCount = splitCount
    self.blockCount = blockCount
    self.waves = waves
    self.sharedByteCount = sharedByteCount
    self.limiter = limiter
  }
}

extension LayerReport {
  /// Reports what a node became.
  ///
  /// - Parameters:
  ///   - inputs: types of the node's inputs; `nil` for missing ones.
  ///   - engine: `other` without a choice.
  package init(
    _ node: Node, inputs: [TensorType?], outputs: [TensorType], matrix: MatrixReport?,
    engine: String?, reason: String?, sparseMilliseconds: Double?, denseMilliseconds: Double?,
    boundFlops: Int? = nil, kernel: KernelReport? = nil
  ) {
    let count = node.op.operationCount(inputs: inputs, outputs: outputs)
    let kept = matrix.map { Double($0.weights - $0.zeros) / Double(max(1, $0.weights)) } ?? 1
    let isSparse = engine == Engine.sparse.rawValue
    self.init(
      name: node.name, op: node.op.fusedName, matrix: matrix, engine: engine ?? "other",
      reason: reason ?? "",
      predictedMilliseconds: isSparse ? sparseMilliseconds : denseMilliseconds,
      predictedSparseMilliseconds: sparseMilliseconds,
      predictedDenseMilliseconds: denseMilliseconds, denseFlops: count.flops,
      nonZeroFlops: Int(saturating: Double(count.flops) * kept), boundFlops: boundFlops,
      kernel: kernel)
  }
}

/// The filter matrix of a layer, all convolution groups together, and its cover.
package struct MatrixReport: Sendable, Equatable, Codable {
  /// M: all filters.
  package var rows: Int
  /// K: taps of one group.
  package var taps: Int
  /// Weights, M × K.
  package var weights: Int
  /// Weights that are zero.
  package var zeros: Int
  /// Number of segments by height; height 1 counts row streams.
  package var segmentsByHeight: [Int: Int]
  /// Non-zero weights outside all segments.
  package var leaves: Int
  /// Segment slots that were zero in the model.
  package var filledSlots: Int

  package init(
    rows: Int, taps: Int, weights: Int, zeros: Int, segmentsByHeight: [Int: Int] = [:],
    leaves: Int = 0, filledSlots: Int = 0
  ) {
    self.rows = rows
    self.taps = taps
    self.weights = weights
    self.zeros = zeros
    self.segmentsByHeight = segmentsByHeight
    self.leaves = leaves
    self.filledSlots = filledSlots
  }
}
