internal import Covers
internal import Tensors

/// Collects the columns of one group until they are enough for an update of its sums.
///
/// Updates are of the same columns whatever batches they came in, so that sums are the same, bit for bit, for
/// every size of a batch.
struct ColumnQueue {
  /// The columns of one update.
  static let capacity = RankUpdate.depth

  private let original: FilterWeights
  private var sums: StatisticsAccumulator
  /// What the filters read in the changed network: K × ``capacity``.
  private var inputs: [Float]
  /// What they read in the original network; empty where that is the same.
  private var originalInputs: [Float]
  private var count = 0

  /// - Parameters:
  ///   - original: the weights and biases that give Y.
  ///   - separatesInputs: whether the network before the layer has changed.
  /// - Throws: `outOfMemory`.
  init(
    original: FilterWeights, blocks: TapBlocks, separatesInputs: Bool
  ) throws(HewnError) {
    self.original = original
    sums = try StatisticsAccumulator(original: original.matrix, blocks: blocks)
    inputs = [Float](repeating: 0, count: original.matrix.taps * Self.capacity)
    originalInputs = separatesInputs ? inputs : []
  }

  static func byteCount(rows: Int, blocks: TapBlocks) -> Int {
    rows.saturatingAdd(blocks.tapCount.saturatingMultiply(2)).saturatingMultiply(4 * capacity)
      .saturatingAdd(StatisticsAccumulator.byteCount(rows: rows, blocks: blocks))
  }

  /// How many more columns there is room for.
  var room: Int { Self.capacity - count }

  /// Adds columns at some positions, at most as many as there is room for.
  ///
  /// - Parameter originalTensor: the layer's input in the original network, where that is another.
  mutating func add(
    _ tensor: Tensor, _ originalTensor: Tensor?, window: InputWindow, group: Int, offsets: [Int],
    positionCount: Int, parts: PartLoop
  ) {
    let first = count
    func gather(_ tensor: Tensor, to columns: inout [Float]) {
      columns.withUnsafeMutableBufferPointer { columns in
        guard let base = columns.baseAddress else { return }
        window.gather(
          tensor, group: group, offsets: offsets, positionCount: positionCount, to: base + first,
          stride: Self.capacity, parts: parts)
      }
    }
    gather(tensor, to: &inputs)
    if let originalTensor { gather(originalTensor, to: &originalInputs) }
    count += positionCount
    if room == 0 { update(parts) }
  }

  /// - Throws: as `StatisticsAccumulator.finish()`.
  consuming func finish(_ parts: PartLoop) throws(HewnError) -> LayerStatistics {
    if count > 0 { update(parts) }
    return try sums.finish()
  }

  private mutating func update(_ parts: PartLoop) {
    let outputs = LayerOutputs(original).outputs(
      of: originalInputs.isEmpty ? inputs : originalInputs, stride: Self.capacity, count: count,
      parts: parts)
    let columns =
      count == Self.capacity
      ? inputs
      : (0..<original.matrix.taps).flatMap {
        inputs[$0 * Self.capacity..<$0 * Self.capacity + count]
      }
    sums.add(inputs: columns, outputs: outputs, positionCount: count, parts: parts)
    count = 0
  }
}
