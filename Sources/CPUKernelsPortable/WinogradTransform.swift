/// The transforms of F(T, 3), T = `tile`, along one axis of E = `extent` = T + 2 inputs.
///
/// They are the evaluation and interpolation of polynomials at the points 0, ±1, ∞ for F(2, 3) and
/// 0, ±√½, ±√2, ∞ for F(4, 3). Of the points that keep the transforms as short, these keep
/// the rounding errors of F(4, 3) least: the even rows of Bᵀ then have the exact coefficients ½, 1, 2 and
/// 5/2, and the powers of the points in Aᵀ stay near 1.
enum WinogradTransform<let tile: Int, let extent: Int> {
  /// Bᵀ d.
  @inline(__always)
  static func input(_ d: InlineArray<extent, Vector>) -> InlineArray<extent, Vector> {
    var r = InlineArray<extent, Vector>(repeating: .zero)
    if tile == 2 {
      r[0] = d[0] - d[2]
      r[1] = d[1] + d[2]
      r[2] = d[2] - d[1]
      r[3] = d[3] - d[1]
    } else {
      let center = Vector(repeating: -2.5)
      r[0] = multiplyAdd(d[2], center, d[0] + d[4])
      r[5] = multiplyAdd(d[3], center, d[1] + d[5])
      (r[1], r[2]) = pair(d, weight: -2, point: 0.70710678)
      (r[3], r[4]) = pair(d, weight: -0.5, point: 1.41421356)
    }
    return r
  }

  /// The rows of Bᵀ d at ±point.
  @inline(__always)
  private static func pair(
    _ d: InlineArray<extent, Vector>, weight: Float, point: Float
  ) -> (plus: Vector, minus: Vector) {
    let weight = Vector(repeating: weight)
    let even = multiplyAdd(d[2], weight, d[4])
    let odd = multiplyAdd(d[1], weight, d[3])
    return (
      multiplyAdd(odd, Vector(repeating: point), even),
      multiplyAdd(odd, Vector(repeating: -point), even)
    )
  }

  /// Aᵀ m.
  @inline(__always)
  static func output(_ m: InlineArray<extent, Vector>) -> InlineArray<tile, Vector> {
    var y = InlineArray<tile, Vector>(repeating: .zero)
    if tile == 2 {
      y[0] = m[0] + m[1] + m[2]
      y[1] = m[1] - m[2] + m[3]
    } else {
      let (sum1, sum2) = (m[1] + m[2], m[3] + m[4])
      let (difference1, difference2) = (m[1] - m[2], m[3] - m[4])
      y[0] = m[0] + sum1 + sum2
      y[1] = multiplyAdd(
        difference2, Vector(repeating: 1.41421356),
        difference1 * Vector(repeating: 0.70710678))
      y[2] = multiplyAdd(sum2, Vector(repeating: 2), sum1 * Vector(repeating: 0.5))
      y[3] = multiplyAdd(
        difference2, Vector(repeating: 2.82842712),
        multiplyAdd(difference1, Vector(repeating: 0.35355339), m[5]))
    }
    return y
  }
}
