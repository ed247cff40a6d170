internal import KernelIR

/// How a tile of a matrix lies in shared memory: rows of 16-byte chunks, whose places within the
/// row are exchanged by an exclusive-or, so that every access meets each of the 32 banks once.
///
///     offset(row, chunk) = row · rowByteCount + (chunk ⊕ exchange(row)) · 16
struct SwizzledTile {
  enum Exchange {
    /// Eight rows of one chunk lie in different banks: for `ldmatrix`.
    case rows
    /// Four rows of two neighbouring chunks do: for 32-bit loads of 4 × 8 elements.
    case rowQuads
  }

  let rowCount: Int
  /// 4, 8 or a multiple of 8.
  let chunkCount: Int
  let exchange: Exchange

  init(rows rowCount: Int, rowByteCount: Int, _ exchange: Exchange = .rows) {
    self.rowCount = rowCount
    self.chunkCount = rowByteCount / SwizzledTile.chunkByteCount
    self.exchange = exchange
    precondition(chunkCount == 4 || chunkCount % 8 == 0, "rows have 64 bytes or whole 128")
    precondition(exchange == .rows || chunkCount % 8 == 0, "quads of rows need 128 bytes")
  }

  static let chunkByteCount = 16
  /// What the 32 banks hold.
  static let lineByteCount = 128

  var rowByteCount: Int { chunkCount * SwizzledTile.chunkByteCount }
  var byteCount: Int { rowCount * rowByteCount }
  /// Chunks further than this lie at a fixed distance.
  var exchangedChunkCount: Int { min(chunkCount, 8) }

  func offset(row: Value<U32>, chunk: Value<U32>) -> Value<U32> {
    row * Value(rowByteCount) + (chunk ^ pattern(of: row)) * Value(SwizzledTile.chunkByteCount)
  }

  private func pattern(of row: Value<U32>) -> Value<U32> {
    switch exchange {
    case .rows:
      // A row of 64 bytes shares its line with another one, and they lie in different banks anyhow.
      row / Value(8 / exchangedChunkCount) % Value(exchangedChunkCount)
    case .rowQuads: row % 4 * 2
    }
  }
}
