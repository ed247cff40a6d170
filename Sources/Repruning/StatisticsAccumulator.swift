package import Covers
package import Tensors

/// Sums over calibration data, from which ``LayerStatistics`` are made.
///
/// For a filter matrix of M rows × K taps, over gathered positions:
///
///     Σx̂ (K), Σy (M), Σy² (M), and for each block of k taps X̂X̂ᵀ (k × k) and Y X̂ᵀ (M × k)
///
/// X̂ are the inputs that the changed network gives the layer, Y the outputs of the original layer,
/// bias included. Where there are several blocks, Y X̂ᵀ holds R X̂ᵀ instead, with R = Y − W₀X̂ what
/// the original weights leave of the outputs (see ``LayerStatistics``).
///
/// Memory does not grow with the positions.
package struct StatisticsAccumulator: Sendable {
  /// W₀, the original weights.
  package let original: FilterMatrix
  package let blocks: TapBlocks
  /// The number of positions so far.
  package internal(set) var positionCount = 0
  var inputSums: [Double]
  var outputSums: [Double]
  var outputSquares: [Double]
  /// Σr², where there are several blocks.
  var residualSquares: [Double]
  var grams: [SymmetricMatrix]
  var crosses: [[Double]]

  /// - Precondition: `blocks` has the taps of `original`.
  /// - Throws: `outOfMemory`.
  package init(original: FilterMatrix, blocks: TapBlocks) throws(HewnError) {
    precondition(blocks.tapCount == original.taps, "blocks of \(blocks.tapCount) taps")
    try MemoryLimit.check(
      Self.byteCount(rows: original.rows, blocks: blocks),
      for: "the statistics of a layer of \(original.rows) filters × \(original.taps) taps")
    self.original = original
    self.blocks = blocks
    let (zeros, inputZeros) = (
      [Double](repeating: 0, count: original.rows), [Double](repeating: 0, count: original.taps)
    )
    inputSums = inputZeros
    outputSums = zeros
    outputSquares = zeros
    residualSquares = zeros
    grams = blocks.ranges.map { SymmetricMatrix(count: $0.count) }
    crosses = blocks.ranges.map { [Double](repeating: 0, count: original.rows * $0.count) }
  }

  /// The bytes of all sums and of one update's scratch; the greatest number where that is more.
  package static func byteCount(rows: Int, blocks: TapBlocks) -> Int {
    let scratch = (RankUpdate.depth + 1) * 8
    return blocks.ranges.reduce(
      rows.saturatingAdd(blocks.tapCount).saturatingMultiply(scratch)
    ) {
      $0.saturatingAdd(SymmetricMatrix.byteCount($1.count))
        .saturatingAdd(rows.saturatingMultiply($1.count).saturatingMultiply(8))
    }
  }

  /// Adds the sums over other positions.
  ///
  /// Batches that several threads have accumulated give the same sums in each run when they are
  /// merged in the same order.
  ///
  /// - Precondition: `other` is of the same layer.
  package mutating func merge(_ other: StatisticsAccumulator) {
    precondition(other.original == original && other.blocks == blocks, "of another layer")
    positionCount += other.positionCount
    Self.add(other.inputSums, to: &inputSums)
    Self.add(other.outputSums, to: &outputSums)
    Self.add(other.outputSquares, to: &outputSquares)
    Self.add(other.residualSquares, to: &residualSquares)
    for block in grams.indices {
      Self.add(other.grams[block].lower, to: &grams[block].lower)
      Self.add(other.crosses[block], to: &crosses[block])
    }
  }

  private static func add(_ terms: [Double], to sums: inout [Double]) {
    for index in sums.indices { sums[index] += terms[index] }
  }
}
