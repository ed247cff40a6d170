internal import Covers
internal import Tensors

/// Collects the columns of one group until they are enough for an update of its sums.
///
/// Updates are of the same columns whatever batches they came in, so that sums are the same, bit for bit, for
/// every size of a batch.
struct ColumnQueue {
  /// The columns of one update.
  static let capacity = RankUpdate.depth

  /// A value of a batch, at some positions.
  struct Observation {
    let value: Tensor
    let window: InputWindow
    /// Where the window is at each position.
    let offsets: [Int]
  }

  /// What one network has at some positions.
  struct Observations {
    /// Of the layer.
    let input: Observation
    /// What is added to its outputs, where that is looked at.
    let addend: Observation?
    let positionCount: Int
  }

  /// Columns of one network.
  private struct Columns {
    /// What the filters read: K × ``capacity``.
    var inputs: [Float]
    /// What is added to their outputs, M × ``capacity``; empty where that is not looked at.
    var added: [Float]

    mutating func gather(_ observed: Observations, group: Int, first: Int, parts: PartLoop) {
      func gather(_ observation: Observation, to columns: inout [Float]) {
        columns.withUnsafeMutableBufferPointer { columns in
          guard let base = columns.baseAddress else { return }
          observation.window.gather(
            observation.value, group: group, offsets: observation.offsets,
            positionCount: observed.positionCount, to: base + first, stride: ColumnQueue.capacity,
            parts: parts)
        }
      }
      gather(observed.input, to: &inputs)
      if let addend = observed.addend, !added.isEmpty { gather(addend, to: &added) }
    }
  }

  /// The weights and biases that give Y.
  private let filters: FilterWeights
  /// Those that are there now, where a clamp behind them is looked at.
  private let fitted: FilterWeights?
  private let group: Int
  /// What Y goes through; `nil` where Y is what is wanted.
  private let path: OutputPath?
  private var sums: StatisticsAccumulator
  private var columns: Columns
  /// Those of the original network, where it is another.
  private var original: Columns?
  private var count = 0

  /// - Parameters:
  ///   - filters: the weights and biases that give Y.
  ///   - fitted: those that are there now, where a clamp behind them is looked at.
  ///   - separatesInputs: whether the network before the layer has changed.
  /// - Throws: `outOfMemory`.
  init(
    original filters: FilterWeights, fitted: FilterWeights?, group: Int, of layer: PrunableLayer,
    separatesInputs: Bool
  ) throws(HewnError) {
    self.filters = filters
    self.fitted = fitted
    self.group = group
    path = separatesInputs || fitted != nil ? layer.path : nil
    sums = try StatisticsAccumulator(original: filters.matrix, blocks: layer.blocks)
    columns = Columns(
      inputs: [Float](repeating: 0, count: layer.taps * Self.capacity),
      added: [Float](
        repeating: 0, count: path?.addend == nil ? 0 : layer.rows * Self.capacity))
    original = separatesInputs ? columns : nil
  }

  static func byteCount(rows: Int, blocks: TapBlocks) -> Int {
    rows.saturatingMultiply(4).saturatingAdd(blocks.tapCount.saturatingMultiply(2))
      .saturatingMultiply(4 * capacity)
      .saturatingAdd(StatisticsAccumulator.byteCount(rows: rows, blocks: blocks))
  }

  /// How many more columns there is room for.
  var room: Int { Self.capacity - count }

  /// Adds columns at some positions, at most as many as there is room for.
  ///
  /// - Parameter original: what the original network has, where it is another.
  mutating func add(_ observed: Observations, original: Observations?, parts: PartLoop) {
    columns.gather(observed, group: group, first: count, parts: parts)
    if let original {
      self.original?.gather(original, group: group, first: count, parts: parts)
    }
    count += observed.positionCount
    if room == 0 { update(parts) }
  }

  /// - Throws: as `StatisticsAccumulator.finish()`.
  consuming func finish(_ parts: PartLoop) throws(HewnError) -> LayerStatistics {
    if count > 0 { update(parts) }
    return try sums.finish()
  }

  private mutating func update(_ parts: PartLoop) {
    var outputs = LayerOutputs(filters).outputs(
      of: original?.inputs ?? columns.inputs, stride: Self.capacity, count: count, parts: parts)
    if let path { aim(&outputs, along: path, parts) }
    let inputs =
      count == Self.capacity
      ? columns.inputs
      : (0..<filters.matrix.taps).flatMap {
        columns.inputs[$0 * Self.capacity..<$0 * Self.capacity + count]
      }
    sums.add(inputs: inputs, outputs: outputs, positionCount: count, parts: parts)
    count = 0
  }

  /// Makes the outputs of the original network what the changed layer is to give.
  private func aim(_ outputs: inout [Float], along path: OutputPath, _ parts: PartLoop) {
    let given = fitted.map {
      LayerOutputs($0).outputs(
        of: columns.inputs, stride: Self.capacity, count: count, parts: parts)
    }
    let (before, now) = (original?.added ?? columns.added, columns.added)
    for row in 0..<filters.matrix.rows {
      for column in 0..<count {
        let (index, place) = (row * count + column, row * Self.capacity + column)
        outputs[index] = path.target(
          original: outputs[index], added: before.isEmpty ? 0 : before[place],
          fitted: given?[index], addedNow: now.isEmpty ? 0 : now[place],
          filter: group * filters.matrix.rows + row)
      }
    }
  }
}
