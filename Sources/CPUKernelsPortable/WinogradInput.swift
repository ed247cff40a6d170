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
  ///
  /// Runs of tiles are stored as whole vectors, in order: what one writes beyond its end, the next
  /// run's overwrites, or it lies between two matrices.
  @inline(__always)
  static func planes(_ p: WinogradInput) {
    for c in 0..<p.channelCount {
      let plane = p.input + c * p.channelStride
      let row = p.products + c * p.rowStride
      for s in 0..<p.segmentCount {
        let segment = p.segments[s]
        let corner = plane + segment.input
        var first = 0
        while first < segment.tileCount {
          transformColumns(p, segment, corner + first * tile, first: first)
          transformRows(p, to: row + segment.position + first)
          first += lanes
        }
      }
    }
  }

  /// scratch[i][v] = (Bᵀ d)[i] for the vectors v of columns that the run's tiles reach.
  @inline(__always)
  private static func transformColumns(
    _ p: WinogradInput, _ segment: WinogradSegment, _ corner: UnsafePointer<Float>, first: Int
  ) {
    let reached = min(segment.tileCount - first, lanes) * tile + 2
    let valid = segment.inputColumns - first * tile
    for v in 0...tile where v * lanes < reached {
      let ones = max(0, min(lanes, valid - v * lanes))
      var d = Column(repeating: .zero)
      if ones == lanes {
        for r in 0..<extent {
          d[r] = load((r < segment.inputRows ? corner + r * p.pitch : p.zeros) + v * lanes)
        }
      } else {
        let mask = UnsafeRawPointer(p.mask + lanes - ones).loadUnaligned(as: VectorMask.self)
        for r in 0..<extent {
          let x = load((r < segment.inputRows ? corner + r * p.pitch : p.zeros) + v * lanes)
          d[r] = masked(x, mask)
        }
      }
      let column = Transform.input(d)
      for r in 0..<extent { store(column[r], to: p.scratch + (r * (tile + 1) + v) * lanes) }
    }
  }

  /// (Bᵀ d) B of a vector of tiles, from scratch.
  @inline(__always)
  private static func transformRows(_ p: WinogradInput, to row: UnsafeMutablePointer<Float>) {
    for i in 0..<extent {
      let source = UnsafePointer(p.scratch) + i * (tile + 1) * lanes
      var d = Column(repeating: .zero)
      if tile == 2 {
        (d[0], d[1]) = deinterleave(load(source), load(source + lanes))
      } else {
        let low = deinterleave(load(source), load(source + lanes))
        let high = deinterleave(load(source + 2 * lanes), load(source + 3 * lanes))
        (d[0], d[2]) = deinterleave(low.even, high.even)
        (d[1], d[3]) = deinterleave(low.odd, high.odd)
      }
      // The first two columns of the next tile.
      d[tile] = advanced(d[0], source[tile * lanes])
      d[tile + 1] = advanced(d[1], source[tile * lanes + 1])
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
