internal import KernelIR

/// A thread's part in copying a matrix's tiles, one after the other along K, to shared memory.
///
/// The block's threads stand side by side along the chunks of a row, and in so many rows at a time.
/// What lies beyond K becomes zero; beyond M and N, rows are those of the last one, and columns
/// zero. Nothing is read, and no address formed, outside of the matrix.
protocol TileCopy {
  /// What starts copying the next tile to the stage that begins so many bytes from the first, chunk
  /// by chunk.
  func copies(toStage stage: Value<U32>) -> [() -> Void]
  /// Turns to the next tile, when all chunks of this one have been started.
  func advance()
}

/// Where a thread's chunks of a tile lie.
private struct ThreadChunks {
  /// Its first row and its chunk in each of its rows.
  let row: Value<U32>
  let chunk: Value<U32>
  /// From each of its rows to the next.
  let rowStep: Int
  let count: Int
  /// Its first chunk in the first stage.
  let destination: SharedPointer<U32>
  let tile: SwizzledTile

  init(_ k: KernelBuilder, _ tile: SwizzledTile, at base: SharedPointer<U32>, threadCount: Int) {
    chunk = k.threadIndex % Value(tile.chunkCount)
    row = k.threadIndex / Value(tile.chunkCount)
    rowStep = threadCount / tile.chunkCount
    count = tile.rowCount / rowStep
    destination = base.advanced(byBytes: tile.offset(row: row, chunk: chunk))
    self.tile = tile
    precondition(threadCount % tile.chunkCount == 0 && tile.rowCount % rowStep == 0)
    // So that all of a thread's rows are exchanged alike.
    precondition(rowStep % 8 == 0 || count == 1 || tile.exchange == .rowQuads && rowStep % 4 == 0)
  }

  /// The chunk in the `index`th row.
  func destination(_ index: Int, in stage: SharedPointer<U32>) -> SharedPointer<U32> {
    stage.advanced(byBytes: index * rowStep * tile.rowByteCount)
  }
}

/// Of a matrix whose rows run along K: A, and B where it is column-major.
struct CopyAlongRows: TileCopy {
  private let chunks: ThreadChunks
  private let matrix: GlobalPointer<U32>
  /// The thread's first row, and the matrix's last.
  private let row: Value<U32>
  private let lastRow: Value<U32>
  private let rowBytes: Value<U32>
  /// Bytes of K, and where the last chunk and the thread's of the next tile begin in them.
  private let depth: Value<U32>
  private let lastChunk: Value<U32>
  private let position: Variable<U32>

  /// - Parameter first: the first row of the tile, of `rowCount` rows.
  init(
    _ k: KernelBuilder, _ tile: SwizzledTile, of matrix: GlobalPointer<U32>, rowBytes: Value<U32>,
    first: Value<U32>, rowCount: Value<U32>, depth: Value<U32>, to base: SharedPointer<U32>,
    threadCount: Int
  ) {
    let chunks = ThreadChunks(k, tile, at: base, threadCount: threadCount)
    self.chunks = chunks
    (self.matrix, self.rowBytes, self.depth) = (matrix, rowBytes, depth)
    lastChunk = beginOfLastChunk(of: depth)
    row = first + chunks.row
    lastRow = rowCount - 1
    position = k.variable(initially: chunks.chunk * Value(SwizzledTile.chunkByteCount))
  }

  func copies(toStage stage: Value<U32>) -> [() -> Void] {
    let byteCount = clamp(depth - position.value)
    let source = matrix.advanced(by: min(position.value, lastChunk), rowsOf: 1)
    let destination = chunks.destination.advanced(byBytes: stage)
    return (0..<chunks.count).map { index in
      {
        let row = min(row + Value(index * chunks.rowStep), lastRow)
        chunks.destination(index, in: destination).copy(
          from: source.advanced(by: row, rowsOf: rowBytes), sourceByteCount: byteCount)
      }
    }
  }

  func advance() { position += Value(chunks.tile.rowByteCount) }
}

/// Of a matrix whose columns run along K: B where it is row-major.
struct CopyAlongColumns: TileCopy {
  private let chunks: ThreadChunks
  /// The thread's chunk in the matrix's first row.
  private let column: GlobalPointer<U32>
  /// How much of the chunk lies in the matrix.
  private let columnBytes: Value<U32>
  private let rowBytes: Value<U32>
  /// K, and the last row and the thread's first row of the next tile.
  private let depth: Value<U32>
  private let lastRow: Value<U32>
  private let position: Variable<U32>

  /// - Parameter first: the first byte of the tile in its rows, of `width` bytes.
  init(
    _ k: KernelBuilder, _ tile: SwizzledTile, of matrix: GlobalPointer<U32>, rowBytes: Value<U32>,
    first: Value<U32>, width: Value<U32>, depth: Value<U32>, to base: SharedPointer<U32>,
    threadCount: Int
  ) {
    chunks = ThreadChunks(k, tile, at: base, threadCount: threadCount)
    (self.rowBytes, self.depth) = (rowBytes, depth)
    let begin = first + chunks.chunk * Value(SwizzledTile.chunkByteCount)
    columnBytes = clamp(width - begin)
    column = matrix.advanced(by: min(begin, beginOfLastChunk(of: width)), rowsOf: 1)
    lastRow = depth - 1
    position = k.variable(initially: chunks.row)
  }

  func copies(toStage stage: Value<U32>) -> [() -> Void] {
    let destination = chunks.destination.advanced(byBytes: stage)
    return (0..<chunks.count).map { index in
      {
        let row = position.value + Value(index * chunks.rowStep)
        chunks.destination(index, in: destination).copy(
          from: column.advanced(by: min(row, lastRow), rowsOf: rowBytes),
          sourceByteCount: select(row < depth, columnBytes, 0))
      }
    }
  }

  func advance() { position += Value(chunks.tile.rowCount) }
}

private func beginOfLastChunk(of byteCount: Value<U32>) -> Value<U32> {
  (byteCount - 1) & Value(-SwizzledTile.chunkByteCount)
}

/// A difference of less than 2³¹, as the bytes of a chunk that are there.
private func clamp(_ byteCount: Value<U32>) -> Value<U32> {
  Value<U32>(
    bitPattern: min(
      max(Value<S32>(bitPattern: byteCount), 0), Value<S32>(SwizzledTile.chunkByteCount)))
}
