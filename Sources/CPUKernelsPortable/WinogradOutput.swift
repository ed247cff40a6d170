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
    let finisher = Finisher(
      lower: Vector(repeating: p.lower), upper: Vector(repeating: p.upper))
    let spare = p.scratch + tile * tile * lanes
    for m in 0..<p.filterCount {
      let row = p.products + m * p.rowStride
      let plane = p.output + p.outputPlanes[m]
      let residualPlane = p.residual.map { $0 + p.residualPlanes[m] }
      let bias = Vector(repeating: p.bias[m])
      var s = 0
      for v in 0..<p.vectorCount {
        let first = v * lanes
        transformColumns(p, row + first)
        for y in 0..<tile {
          var pixels = rowPixels(p, y)
          for x in 0..<tile { pixels[x] += bias }
          pixels = interleaved(pixels)
          for x in 0..<tile { store(pixels[x], to: p.scratch + (y * tile + x) * lanes) }
        }
        while s < p.segmentCount, p.segments[s].position < first + lanes {
          let segment = p.segments[s]
          var source = UnsafePointer(p.scratch) + (segment.position - first) * tile
          var target = plane + segment.output
          var residual = residualPlane.map { $0 + segment.residual }
          for _ in 0..<segment.outputRows {
            finisher.run(
              source, residual, to: target, count: segment.outputColumns, scratch: spare)
            zero(target + segment.outputColumns, count: segment.gap)
            source += tile * lanes
            target += p.outputPitch
            residual = residual.map { $0 + p.residualPitch }
          }
          s += 1
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
            for x in 0..<tile where t * tile + x < segment.outputColumns {
              let column = (t * tile + x) * lanes
              var pixel = pixels[x] + bias
              if let residualPlane {
                pixel += load(residualPlane + segment.residual + (y * p.residualPitch + column))
              }
              store(
                clamp(pixel, lower, upper),
                to: plane + segment.output + (y * p.outputPitch + column))
            }
          }
        }
        for y in 0..<tile where y < segment.outputRows {
          let end = plane + segment.output + y * p.outputPitch + segment.outputColumns * lanes
          for x in 0..<segment.gap { store(.zero, to: end + x * lanes) }
        }
      }
    }
  }
}

/// Adds the residual and clamps.
private struct Finisher {
  let lower: Vector
  let upper: Vector

  /// out[x] = clamp(source[x] + residual[x]) for any number of floats, of which exactly these are
  /// written: what is left of whole vectors is the end of the row once more.
  @inline(__always)
  func run(
    _ source: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?,
    to target: UnsafeMutablePointer<Float>, count: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    guard count < lanes else {
      var x = 0
      while x < count {
        let start = min(x, count - lanes)
        store(result(source + start, residual.map { $0 + start }), to: target + start)
        x += lanes
      }
      return
    }
    store(result(source, residual), to: scratch)
    #if KERNELS_AVX512
      if count >= 8 {
        copy(SIMD8<Float>.self, scratch, to: target)
        copy(SIMD8<Float>.self, scratch + (count - 8), to: target + (count - 8))
        return
      }
    #endif
    #if !KERNELS_PORTABLE
      if count >= 4 {
        copy(SIMD4<Float>.self, scratch, to: target)
        copy(SIMD4<Float>.self, scratch + (count - 4), to: target + (count - 4))
        return
      }
    #endif
    for x in 0..<3 where x < count { target[x] = scratch[x] }
  }

  @inline(__always)
  private func result(
    _ source: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?
  ) -> Vector {
    var x = load(source)
    if let residual { x += load(residual) }
    return clamp(x, lower, upper)
  }

  @inline(__always)
  private func copy<Piece: BitwiseCopyable>(
    _: Piece.Type, _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
  ) {
    UnsafeMutableRawPointer(target).storeBytes(
      of: UnsafeRawPointer(source).loadUnaligned(as: Piece.self), as: Piece.self)
  }
}

@inline(__always)
private func zero(_ target: UnsafeMutablePointer<Float>, count: Int) {
  var x = 0
  while x + 4 <= count {
    UnsafeMutableRawPointer(target + x).storeBytes(of: .zero, as: SIMD4<Float>.self)
    x += 4
  }
  if count & 2 != 0 {
    UnsafeMutableRawPointer(target + x).storeBytes(of: .zero, as: SIMD2<Float>.self)
    x += 2
  }
  if count & 1 != 0 { target[x] = 0 }
}
