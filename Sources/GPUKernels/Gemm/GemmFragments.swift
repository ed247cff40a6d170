import KernelIR

/// What a warp multiplies in a step along K: fragments of its rows of A and its columns of B.
struct GemmFragments {
  /// Of each 16 rows, four registers.
  let a: [[Variable<U32>]]
  /// Of each 8 columns, two registers.
  let b: [[Variable<U32>]]

  init(_ k: KernelBuilder, rows: Int, columns: Int) {
    a = (0..<rows / 16).map { _ in k.variables(4, initially: nil) }
    b = (0..<columns / 8).map { _ in k.variables(2, initially: nil) }
  }
}

/// Reads the fragments of a warp's part of a tile in shared memory with `ldmatrix`: 16 rows and two chunks,
/// which are four matrices of 8 rows and one chunk, at a time.
///
/// For 32-bit elements `ldmatrix` moves four of a row as eight 16-bit ones, which gives each lane the
/// element that `mma.sync` wants there; but they cannot be transposed.
struct MatrixReader {
  private let base: SharedPointer<U32>
  private let tile: SwizzledTile
  /// Where the lane's row of its matrix lies, for each pair of chunks of a line.
  private let offsets: [Value<U32>]

  /// - Parameters:
  ///   - laneRow: the lane's row among 16, and `laneChunk` its chunk among two.
  ///   - row: the warp's first row of the tile, a multiple of 16, and `chunk` its first chunk.
  ///   - pairCount: how many pairs of chunks the warp reads.
  init(
    _ tile: SwizzledTile, at base: SharedPointer<U32>, laneRow: Value<U32>,
    laneChunk: Value<U32>, row: Value<U32>, chunk: Value<U32>, pairCount: Int
  ) {
    self.base = base
    self.tile = tile
    let exchangedPairCount = tile.exchangedChunkCount / 2
    offsets = (0..<min(pairCount, exchangedPairCount)).map {
      tile.offset(row: row + laneRow, chunk: chunk + laneChunk + Value(2 * $0))
    }
  }

  /// The lane's row in the stage that begins so many bytes from the first, for the pairs of chunks `pair`,
  /// `pair` + 4, …
  func pointer(pair: Int, stage: Value<U32>) -> SharedPointer<U32> {
    base.advanced(byBytes: offsets[pair % offsets.count] + stage)
      .advanced(byBytes: pair / offsets.count * SwizzledTile.lineByteCount)
  }

  /// Bytes between rows.
  func distance(rows: Int) -> Int { rows * tile.rowByteCount }
}

/// Reads the fragments of B where it lies in 32-bit elements with N innermost: of each 4 × 8 elements,
/// which lie in two chunks of four rows, each lane loads one.
struct QuadReader {
  private let base: SharedPointer<U32>
  private let tile: SwizzledTile
  private let offsets: [Value<U32>]

  /// - Parameter column: the warp's first column of the tile, a multiple of 32.
  init(
    _ k: KernelBuilder, _ tile: SwizzledTile, at base: SharedPointer<U32>, column: Value<U32>,
    pairCount: Int
  ) {
    self.base = base
    self.tile = tile
    // Lane l has row l mod 4 and column ⌊l / 4⌋.
    let laneColumn = k.laneIndex / 4
    offsets = (0..<min(pairCount, 4)).map {
      tile.offset(row: k.laneIndex % 4, chunk: column / 4 + laneColumn / 4 + Value(2 * $0))
        + laneColumn % 4 * 4
    }
  }

  /// As in ``MatrixReader``.
  func pointer(pair: Int, stage: Value<U32>) -> SharedPointer<U32> {
    base.advanced(byBytes: offsets[pair % offsets.count] + stage)
      .advanced(byBytes: pair / offsets.count * SwizzledTile.lineByteCount)
  }

  func distance(rows: Int) -> Int { rows * tile.rowByteCount }
}

/// The two ways in which B is read.
enum ReaderOfB {
  /// Two pairs of registers of `ldmatrix`, transposed where B lies with N innermost.
  case matrices(MatrixReader, transposed: Bool)
  case quads(QuadReader)
}
