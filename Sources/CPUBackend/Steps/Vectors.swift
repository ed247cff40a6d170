extension UnsafePointer<Float> {
  /// The 8 floats from `index` on; no alignment needed.
  @inline(__always)
  func vector(at index: Int) -> SIMD8<Float> {
    UnsafeRawPointer(self + index).loadUnaligned(as: SIMD8<Float>.self)
  }

  /// The `count` ≤ 8 floats from `index` on, then zeros. Reads no others.
  @inline(__always)
  func vector(at index: Int, count: Int) -> SIMD8<Float> {
    count == 8 ? vector(at: index) : partialVector(at: index, count: count)
  }

  /// The floats `index`, `index + 2`, … `index + 14`. Reads 16 floats.
  @inline(__always)
  func evenVector(at index: Int) -> SIMD8<Float> {
    // Pairs of four, which is one shuffle with any instruction set.
    let (a, b) = (quad(at: index), quad(at: index + 4))
    let (c, d) = (quad(at: index + 8), quad(at: index + 12))
    return SIMD8(
      lowHalf: SIMD4(a[0], a[2], b[0], b[2]), highHalf: SIMD4(c[0], c[2], d[0], d[2]))
  }

  /// The 4 floats from `index` on; no alignment needed.
  @inline(__always)
  func quad(at index: Int) -> SIMD4<Float> {
    UnsafeRawPointer(self + index).loadUnaligned(as: SIMD4<Float>.self)
  }

  /// The `count` < 8 floats from `index` on, then zeros. Reads no others.
  @inline(__always)
  func partialVector(at index: Int, count: Int) -> SIMD8<Float> {
    // Lanes are named by constants, so that the vector stays in a register.
    let start = self + index
    guard count & 4 != 0 else { return SIMD8(lowHalf: start.few(count), highHalf: .zero) }
    let low = UnsafeRawPointer(start).loadUnaligned(as: SIMD4<Float>.self)
    return SIMD8(lowHalf: low, highHalf: (start + 4).few(count & 3))
  }

  /// The `count` < 4 floats from here on, then zeros.
  @inline(__always)
  private func few(_ count: Int) -> SIMD4<Float> {
    var vector = SIMD4<Float>.zero
    if count > 0 { vector[0] = self[0] }
    if count > 1 { vector[1] = self[1] }
    if count > 2 { vector[2] = self[2] }
    return vector
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  func store(_ quad: SIMD4<Float>, at index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: quad, as: SIMD4<Float>.self)
  }

  @inline(__always)
  func store(_ vector: SIMD8<Float>, at index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: vector, as: SIMD8<Float>.self)
  }

  /// Stores the first `count` ≤ 8 elements.
  @inline(__always)
  func store(_ vector: SIMD8<Float>, at index: Int, count: Int) {
    if count == 8 {
      store(vector, at: index)
    } else {
      storePartial(vector, at: index, count: count)
    }
  }

  /// Stores the first `count` < 8 elements.
  @inline(__always)
  func storePartial(_ vector: SIMD8<Float>, at index: Int, count: Int) {
    let start = self + index
    guard count & 4 != 0 else { return start.storeFew(vector.lowHalf, count) }
    UnsafeMutableRawPointer(start).storeBytes(of: vector.lowHalf, as: SIMD4<Float>.self)
    (start + 4).storeFew(vector.highHalf, count & 3)
  }

  /// Stores the first `count` < 4 elements.
  @inline(__always)
  private func storeFew(_ vector: SIMD4<Float>, _ count: Int) {
    if count > 0 { self[0] = vector[0] }
    if count > 1 { self[1] = vector[1] }
    if count > 2 { self[2] = vector[2] }
  }

  /// Zeroes `count` floats; for the few between rows faster than a call.
  @inline(__always)
  func zero(at index: Int, count: Int) {
    for i in 0..<max(0, count) { self[index &+ i] = 0 }
  }
}

extension SIMD8<Float> {
  /// The elements of this vector, but of `other` where that is greater. NaN stays.
  @inline(__always)
  func raised(to other: Self) -> Self { replacing(with: other, where: other .> self) }

  /// The elements of this vector, but of `other` where that is less. NaN stays.
  @inline(__always)
  func lowered(to other: Self) -> Self { replacing(with: other, where: other .< self) }
}

/// y[i] = f(x[i]) for i in 0..<count. `x` and `y` may be the same.
@inline(__always)
func mapVectors(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int,
  _ f: (SIMD8<Float>) -> SIMD8<Float>
) {
  var i = 0
  while i &+ 8 <= count {
    y.store(f(x.vector(at: i)), at: i)
    i &+= 8
  }
  let rest = count &- i
  if rest > 0 { y.storePartial(f(x.partialVector(at: i, count: rest)), at: i, count: rest) }
}

/// y[i] = f(a[i], b[i]) for i in 0..<count. `y` may be `a` or `b`.
@inline(__always)
func zipVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
  count: Int, _ f: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>
) {
  var i = 0
  while i &+ 8 <= count {
    y.store(f(a.vector(at: i), b.vector(at: i)), at: i)
    i &+= 8
  }
  let rest = count &- i
  if rest > 0 {
    let result = f(a.partialVector(at: i, count: rest), b.partialVector(at: i, count: rest))
    y.storePartial(result, at: i, count: rest)
  }
}

/// y[index..<index + count] = f(index, count) for whole vectors and a rest.
@inline(__always)
func generateVectors(
  _ y: UnsafeMutablePointer<Float>, count: Int, _ f: (_ index: Int, _ count: Int) -> SIMD8<Float>
) {
  var i = 0
  while i &+ 8 <= count {
    y.store(f(i, 8), at: i)
    i &+= 8
  }
  let rest = count &- i
  if rest > 0 { y.storePartial(f(i, rest), at: i, count: rest) }
}
