internal import KernelIR

/// The order in which blocks take the tiles of D, or clusters of blocks take as many tiles above
/// each other, which count as one tile here.
///
/// A group of tiles below each other is computed before the group to the right, so that blocks that
/// run at the same time compute about a square, and read few rows of A and columns of B, which stay
/// in the second-level cache.
struct GemmRasterization {
  /// Tiles of a group.
  let groupSize: Int
  /// Of a tile.
  let height: Int
  /// ⌈M / height⌉ and ⌈N / tileN⌉.
  let rowCount: Value<U32>
  let columnCount: Value<U32>

  /// The rows of a group: those of a square that all multiprocessors of a large GPU compute at a
  /// time.
  private static let groupHeight = 2048

  init(_ configuration: GemmConfiguration, m: Value<U32>, n: Value<U32>) {
    height = configuration.tileM * configuration.clusterSize
    groupSize = GemmRasterization.groupHeight / height
    rowCount = m.dividedRoundingUp(by: height)
    columnCount = n.dividedRoundingUp(by: configuration.tileN)
  }

  var tileCount: Value<U32> { rowCount * columnCount }

  /// The place of the `index`th tile.
  func tile(_ index: Value<U32>) -> (row: Value<U32>, column: Value<U32>) {
    let groupWidth = columnCount * Value(groupSize)
    let firstRow = index / groupWidth * Value(groupSize)
    let within = index % groupWidth
    // The last group may be lower.
    let height = min(rowCount - firstRow, Value(groupSize))
    return (firstRow + within % height, within / height)
  }
}
