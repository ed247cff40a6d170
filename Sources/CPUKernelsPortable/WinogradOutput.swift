import CPUKernels

/// out[m][y][x] = clamp((Aᵀ P A)[y, x] + bias[m] + residual[m][y][x]); see ``WinogradOutput``.
///
/// Nothing is stored but pixels that exist and the gaps after their rows, since other workers may
/// own the cells beside them. Limit: load and shuffle ports; per vector of tiles of a filter E²
/// loads and T² stores.
enum WinogradOutputTransform<let tile: Int, let extent: Int> {
  private typealias Transform = WinogradTransform<tile, extent>
  private typealias Pixels = InlineArray<tile, Vector>

  /// Vectors of tiles, whose pixels are interleaved to rows.
  @inline(__always)
  static func planes(_ p: WinogradOutput) {
    let emitter = RowEmitter(lower: p.lower, upper: p.upper)
    for m in 0..<p.filterCount {
      let row = p.products + m * p.rowStride
      let plane = p.output + p.outputPlanes[m]
      let residualPlane = p.residual.map { $0 + p.residualPlanes[m] }
      let bias = Vector(repeating: p.bias[m])
      for s in 0..<p.segmentCount {
        let segment = p.segments[s]
        var first = 0
        while first < segment.tileCount {
          transformColumns(p, row + segment.position + first)
          let count = min(tile * lanes, segment.outputColumns - first * tile)
          let isLast = first + lanes >= segment.tileCount
          for y in 0..<tile where y < segment.outputRows {
            let pixels = interleaved(rowPixels(p, y))
            let source = p.scratch + y * tile * lanes
            for v in 0..<tile { store(pixels[v] + bias, to: source + v * lanes) }
            let offset = y * p.pitch + first * tile
            let target = plane + segment.output + offset
            let residual = residualPlane.map { $0 + segment.residual + offset }
            emitter.emit(UnsafePointer(source), residual, to: target, count: count)
            if isLast { zero(segment.gap, p.zeros, to: target + count) }
          }
          first += lanes
        }
      }
    }
  }

  /// scratch[y][j] = (Aᵀ P)[y, j].
  @inline(__always)
  private static func transformColumns(_ p: WinogradOutput, _ row: UnsafePointer<Float>) {
    for j in 0..<extent {
      var products = InlineArray<extent, Vector>(repeating: .zero)
      for i in 0..<extent { products[i] = load(row + (i * extent + j) * p.matrixStride) }
      let column = Transform.output(products)
      for y in 0..<tile { store(column[y], to: p.scratch + (y * extent + j) * lanes) }
    }
  }

  /// ((Aᵀ P) A)[y] from scratch.
  @inline(__always)
  private static func rowPixels(_ p: WinogradOutput, _ y: Int) -> Pixels {
    var products = InlineArray<extent, Vector>(repeating: .zero)
    for j in 0..<extent { products[j] = load(p.scratch + (y * extent + j) * lanes) }
    return Transform.output(products)
  }

  /// Pixels in the order of columns.
  @inline(__always)
  private static func interleaved(_ y: Pixels) -> Pixels {
    var result = y
    if tile == 2 {
      (result[0], result[1]) = interleave(y[0], y[1])
    } else {
      let even = interleave(y[0], y[2])
      let odd = interleave(y[1], y[3])
      (result[0], result[1]) = interleave(even.low, odd.low)
      (result[2], result[3]) = interleave(even.high, odd.high)
    }
    return result
  }

  @inline(__always)
  private static func zero(
    _ count: Int, _ zeros: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
  ) {
    let emitter = RowEmitter(lower: -.infinity, upper: .infinity)
    var done = 0
    while done < count {
      let width = min(lanes, count - done)
      emitter.emit(zeros, nil, to: target + done, count: width)
      done += width
    }
  }

  /// Cells of images: one tile at a time, each pixel a vector.
  @inline(__always)
  static func cells(_ p: WinogradOutput) {
    let (lower, upper) = (Vector(repeating: p.lower), Vector(repeating: p.upper))
    for m in 0..<p.filterCount {
      let row = p.products + m * p.rowStride
      let plane = p.output + p.outputPlanes[m]
      let residualPlane = p.residual.map { $0 + p.residualPlanes[m] }
      let bias = Vector(repeating: p.bias[m])
      for s in 0..<p.segmentCount {
        let segment = p.segments[s]
        for t in 0..<segment.tileCount {
          transformColumns(p, row + segment.position + t * lanes)
          for y in 0..<tile where y < segment.outputRows {
            let pixels = rowPixels(p, y)
            let offset = y * p.pitch + t * tile * lanes
            for x in 0..<tile where t * tile + x < segment.outputColumns {
              var pixel = pixels[x] + bias
              let cell = offset + x * lanes
              if let residualPlane { pixel += load(residualPlane + segment.residual + cell) }
              store(clamp(pixel, lower, upper), to: plane + segment.output + cell)
            }
          }
        }
        for y in 0..<tile where y < segment.outputRows {
          let end = plane + segment.output + y * p.pitch + segment.outputColumns * lanes
          for x in 0..<segment.gap { store(.zero, to: end + x * lanes) }
        }
      }
    }
  }
}

/// out[x] = clamp(source[x] + residual[x]) for any number of floats, of which exactly these are
/// written: what is left of whole vectors is the end of the row once more.
struct RowEmitter {
  let lower: Float
  let upper: Float

  @inline(__always)
  func emit(
    _ source: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?,
    to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    if count >= lanes {
      var x = 0
      while x + lanes <= count {
        emit(Vector.self, source, residual, to: target, at: x)
        x += lanes
      }
      if x < count { emit(Vector.self, source, residual, to: target, at: count - lanes) }
      return
    }
    if lanes > 8, count >= 8 {
      emit(SIMD8<Float>.self, source, residual, to: target, at: 0)
      emit(SIMD8<Float>.self, source, residual, to: target, at: count - 8)
    } else if lanes > 4, count >= 4 {
      emit(SIMD4<Float>.self, source, residual, to: target, at: 0)
      emit(SIMD4<Float>.self, source, residual, to: target, at: count - 4)
    } else {
      for x in 0..<3 where x < count {
        let sum = source[x] + (residual.map { $0[x] } ?? 0)
        let raised = sum < lower ? lower : sum
        target[x] = raised > upper ? upper : raised
      }
    }
  }

  @inline(__always)
  private func emit<Piece: SIMD>(
    _: Piece.Type, _ source: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?,
    to target: UnsafeMutablePointer<Float>, at x: Int
  ) where Piece.Scalar == Float {
    var piece = UnsafeRawPointer(source + x).loadUnaligned(as: Piece.self)
    if let residual {
      piece += UnsafeRawPointer(residual + x).loadUnaligned(as: Piece.self)
    }
    piece.replace(with: Piece(repeating: lower), where: Piece(repeating: lower) .> piece)
    piece.replace(with: Piece(repeating: upper), where: piece .> Piece(repeating: upper))
    UnsafeMutableRawPointer(target + x).storeBytes(of: piece, as: Piece.self)
  }
}
