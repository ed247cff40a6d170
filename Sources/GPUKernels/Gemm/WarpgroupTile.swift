internal import KernelIR

/// A tile of f16 in shared memory as TMA writes it and `wgmma` reads it: rows of 128 bytes, of
/// which eight are swizzled together.
struct WarpgroupTile {
  static let rowByteCount = 128
  /// f16 of a row.
  static let rowElementCount = 64
  /// Of eight rows, which the swizzle goes by.
  static let alignment = 1024

  private let address: Value<U32>
  private let isRowMajor: Bool
  private let fields: UInt64

  /// - Parameters:
  ///   - rowMajorDepth: `nil` for a tile whose rows run along K; else the rows along K of each of
  ///     the boxes that lie side by side along N.
  ///   - address: of the tile in the first stage.
  init(rowMajorDepth: Int?, at address: Value<U32>) {
    self.address = address
    isRowMajor = rowMajorDepth != nil
    fields =
      MatrixDescriptor(
        start: 0, leadingOffset: rowMajorDepth.map { $0 * WarpgroupTile.rowByteCount } ?? 16,
        strideOffset: WarpgroupTile.alignment, swizzle: .bytes128
      ).bits
  }

  /// Of the tile in a stage that begins so many bytes from the first.
  func descriptor(stage: Value<U32>) -> Value<U64> {
    // Addresses are below 2¹⁸, and count in units of 16 bytes.
    Value<U64>((address + stage) >> 4 & 0x3fff) | Value<U64>(bits: fields)
  }

  /// Bytes from the start to a step of 16 along K: so many rows, or so much of each row.
  func stepOffset(_ step: Int) -> Int {
    step * (isRowMajor ? 16 * WarpgroupTile.rowByteCount : 32)
  }
}
