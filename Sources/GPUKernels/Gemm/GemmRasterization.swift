import KernelIR

/// The order in which blocks take the tiles of D.
///
/// Eight tiles below each other are computed before the next eight to the right, so that blocks that run at the same
/// time read few rows of A and columns of B, which stay in the second-level cache.
enum GemmRasterization {
  static let groupSize = 8

  /// The place of the `index`th tile among ⌈M / tileM⌉ × ⌈N / tileN⌉.
  static func tile(
    _ index: Value<U32>, rowCount: Value<U32>, columnCount: Value<U32>
  ) -> (row: Value<U32>, column: Value<U32>) {
    let groupWidth = columnCount * Value(groupSize)
    let firstRow = index / groupWidth * Value(groupSize)
    let within = index % groupWidth
    // The last group may be lower.
    let height = min(rowCount - firstRow, Value(groupSize))
    return (firstRow + within % height, within / height)
  }
}
