import CPUKernels

/// products[i · E + j][c][t] = (Bᵀ d B)[i, j]; see ``WinogradInput``.
///
/// Limit: the shuffle port in planes, load and store ports in cells; per vector of tiles of a channel
/// E² stores.
enum WinogradInputTransform<let tile: Int, let extent: Int> {
  private typealias Transform = WinogradTransform<tile, extent>
  private typealias Column = InlineArray<extent, Vector>

  /// Vectors of tiles: Bᵀ d over vectors of neighbouring columns, then, with the columns taken
  /// apart by their place in the tile, (Bᵀ d) B over vectors of tiles.
  @inline(__always)
  static func planes(_ p: WinogradInput) {
    for c in 0..<p.channelCount {
      let plane = p.input + c * p.channelStride
      let row = p.products + c * p.rowStride
      var s = 0
      for v in 0..<p.vectorCount {
        let first = v * lanes
        while s < p.segmentCount, p.segments[s].position < first + lanes {
          let segment = p.segments[s]
          transformColumns(p, segment, plane + segment.input, place: segment.position - first)
          s += 1
        }
        transformRows(p, ends: p.ends + first, to: row + first)
      }
    }
  }

  /// scratch[i][place · T …] = (Bᵀ d)[i] for the columns that a segment's tiles reach.
  ///
  /// Whole vectors are stored: the next segment overwrites what is beyond the segment's own columns,
  /// among them the two that its last tile reads beside them. These are kept apart.
  @inline(__always)
  private static func transformColumns(
    _ p: WinogradInput, _ segment: WinogradSegment, _ corner: UnsafePointer<Float>, place: Int
  ) {
    let width = segment.tileCount * tile
    let target = p.scratch + place * tile
    var x = 0
    while x < width + 2 {
      let ones = segment.inputColumns - x
      var d = Column(repeating: .zero)
      for r in 0..<extent {
        d[r] = load(r < segment.inputRows ? corner + (r * p.pitch + x) : p.zeros)
      }
      if ones < lanes {
        let mask = UnsafeRawPointer(p.mask + lanes - max(0, ones))
          .loadUnaligned(as: VectorMask.self)
        for r in 0..<extent { d[r] = masked(d[r], mask) }
      }
      let column = Transform.input(d)
      for r in 0..<extent { store(column[r], to: target + (r * rowVectors * lanes + x)) }
      x += lanes
    }
    let end = p.scratch + extent * rowVectors * lanes + place + segment.tileCount - 1
    for r in 0..<extent {
      end[2 * r * lanes] = target[r * rowVectors * lanes + width]
      end[(2 * r + 1) * lanes] = target[r * rowVectors * lanes + width + 1]
    }
  }

  /// Vectors of columns that T · lanes tiles and what follows them take.
  @inline(__always) private static var rowVectors: Int { tile + 1 }

  /// (Bᵀ d) B of a vector of tiles, from scratch.
  @inline(__always)
  private static func transformRows(
    _ p: WinogradInput, ends: UnsafePointer<UInt32>, to row: UnsafeMutablePointer<Float>
  ) {
    let isEnd = UnsafeRawPointer(ends).loadUnaligned(as: VectorMask.self)
    let last = UnsafePointer(p.scratch) + extent * rowVectors * lanes
    for i in 0..<extent {
      let source = UnsafePointer(p.scratch) + i * rowVectors * lanes
      var d = Column(repeating: .zero)
      if tile == 2 {
        (d[0], d[1]) = deinterleave(load(source), load(source + lanes))
      } else {
        let low = deinterleave(load(source), load(source + lanes))
        let high = deinterleave(load(source + 2 * lanes), load(source + 3 * lanes))
        (d[0], d[2]) = deinterleave(low.even, high.even)
        (d[1], d[3]) = deinterleave(low.odd, high.odd)
      }
      // The first two columns of the next tile, or those beside the segment.
      d[tile] = selected(load(last + 2 * i * lanes), nextElements(d[0], d[0]), isEnd)
      d[tile + 1] = selected(load(last + (2 * i + 1) * lanes), nextElements(d[1], d[1]), isEnd)
      let products = Transform.input(d)
      for j in 0..<extent { store(products[j], to: row + (i * extent + j) * p.matrixStride) }
    }
  }

  /// Cells of images: one tile at a time, all arithmetic lane by lane.
  @inline(__always)
  static func cells(_ p: WinogradInput) {
    for c in 0..<p.channelCount {
      let plane = p.input + c * p.channelStride
      let row = p.products + c * p.rowStride
      for s in 0..<p.segmentCount {
        let segment = p.segments[s]
        for t in 0..<segment.tileCount {
          transformCell(
            p, segment, plane + segment.input + t * tile * lanes, first: t,
            to: row + segment.position + t * lanes)
        }
      }
    }
  }

  @inline(__always)
  private static func transformCell(
    _ p: WinogradInput, _ segment: WinogradSegment, _ corner: UnsafePointer<Float>, first: Int,
    to row: UnsafeMutablePointer<Float>
  ) {
    let valid = segment.inputColumns - first * tile
    for j in 0..<extent {
      var d = Column(repeating: .zero)
      for r in 0..<extent {
        let exists = r < segment.inputRows && j < valid
        d[r] = load(exists ? corner + r * p.pitch + j * lanes : p.zeros)
      }
      let column = Transform.input(d)
      for r in 0..<extent { store(column[r], to: p.scratch + (r * extent + j) * lanes) }
    }
    for i in 0..<extent {
      var d = Column(repeating: .zero)
      for j in 0..<extent { d[j] = load(p.scratch + (i * extent + j) * lanes) }
      let products = Transform.input(d)
      for j in 0..<extent { store(products[j], to: row + (i * extent + j) * p.matrixStride) }
    }
  }
}
