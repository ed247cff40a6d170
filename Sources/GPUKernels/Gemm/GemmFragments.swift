internal import KernelIR

/// What a warp multiplies in a step along K: fragments of its rows of A and its columns of B.
struct GemmFragments {
  /// Of each 16 rows, four registers.
  let a: [[Variable<U32>]]
  /// Of each 8 columns, two registers.
  let b: [[Variable<U32>]]

  init(_ k: KernelBuilder, rows: Int, columns: Int) {
    a = (0..<rows / 16).map { _ in k.variables(4) }
    b = (0..<columns / 8).map { _ in k.variables(2) }
  }
}

/// Where a lane reads a warp's part of a tile in shared memory, two chunks side by side at a time.
struct FragmentReader {
  private let base: SharedPointer<U32>
  private let tile: SwizzledTile
  /// Where the lane reads of each pair of chunks of a line, from the tile's start.
  private let offsets: [Value<U32>]

  /// - Parameters:
  ///   - row: the lane's first row.
  ///   - chunk: the lane's first chunk. Where the warp reads more pairs than a line has, it begins
  ///     a line.
  ///   - pairCount: how many pairs of chunks the warp reads.
  ///   - offset: bytes from the chunk's start.
  init(
    _ tile: SwizzledTile, at base: SharedPointer<U32>, row: Value<U32>, chunk: Value<U32>,
    pairCount: Int, offset: Value<U32> = 0
  ) {
    self.base = base
    self.tile = tile
    offsets = (0..<min(pairCount, tile.exchangedChunkCount / 2)).map {
      tile.offset(row: row, chunk: chunk + Value(2 * $0)) + offset
    }
  }

  /// The lane's places in pairs of chunks, in the stage that begins so many bytes from the first.
  func places(_ pairs: Range<Int>, stage: Value<U32>) -> [SharedPointer<U32>] {
    // The pattern repeats in each line.
    let ofLine = pairs.prefix(offsets.count).map {
      base.advanced(byBytes: offsets[$0 % offsets.count] + stage)
    }
    return pairs.map { pair in
      ofLine[(pair - pairs.lowerBound) % ofLine.count]
        .advanced(byBytes: pair / offsets.count * SwizzledTile.lineByteCount)
    }
  }

  /// The same place so many rows below; a multiple of what the tile's exchange repeats after.
  func below(_ place: SharedPointer<U32>, rows: Int) -> SharedPointer<U32> {
    place.advanced(byBytes: rows * tile.rowByteCount)
  }
}
