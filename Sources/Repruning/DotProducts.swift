/// Dot products in double precision: what sums over positions and factorizations spend their time in.
///
/// Elements 2k and 2k + 1 are summed apart, in ascending k, so that results are the same on all
/// machines. The product of two floats is exact in double precision, so that a fused multiply-add
/// would change nothing in the sums over inputs.
enum DotProducts {
  typealias Row = UnsafePointer<Double>
  private typealias Pair = SIMD2<Double>

  /// The products of four rows with two: element 2r + c is aᵣ · b_c.
  ///
  /// Eight sums stay in registers. Limit: the ports for multiplication and addition, with six loads
  /// for eight of each.
  static func fourByTwo(
    _ a0: Row, _ a1: Row, _ a2: Row, _ a3: Row, _ b0: Row, _ b1: Row, count: Int
  ) -> SIMD8<Double> {
    var (s00, s01, s10, s11) = (Pair.zero, Pair.zero, Pair.zero, Pair.zero)
    var (s20, s21, s30, s31) = (Pair.zero, Pair.zero, Pair.zero, Pair.zero)
    var k = 0
    while k &+ 2 <= count {
      let (x0, x1) = (load(b0, k), load(b1, k))
      let y0 = load(a0, k)
      s00 += y0 * x0
      s01 += y0 * x1
      let y1 = load(a1, k)
      s10 += y1 * x0
      s11 += y1 * x1
      let y2 = load(a2, k)
      s20 += y2 * x0
      s21 += y2 * x1
      let y3 = load(a3, k)
      s30 += y3 * x0
      s31 += y3 * x1
      k &+= 2
    }
    if k < count {
      let (x0, x1) = (b0[k], b1[k])
      s00[0] += a0[k] * x0
      s01[0] += a0[k] * x1
      s10[0] += a1[k] * x0
      s11[0] += a1[k] * x1
      s20[0] += a2[k] * x0
      s21[0] += a2[k] * x1
      s30[0] += a3[k] * x0
      s31[0] += a3[k] * x1
    }
    return SIMD8(
      s00[0] + s00[1], s01[0] + s01[1], s10[0] + s10[1], s11[0] + s11[1], s20[0] + s20[1],
      s21[0] + s21[1], s30[0] + s30[1], s31[0] + s31[1])
  }

  /// a · b, in four sums of pairs.
  static func one(_ a: Row, _ b: Row, count: Int) -> Double {
    var (s0, s1, s2, s3) = (Pair.zero, Pair.zero, Pair.zero, Pair.zero)
    var k = 0
    while k &+ 8 <= count {
      s0 += load(a, k) * load(b, k)
      s1 += load(a, k &+ 2) * load(b, k &+ 2)
      s2 += load(a, k &+ 4) * load(b, k &+ 4)
      s3 += load(a, k &+ 6) * load(b, k &+ 6)
      k &+= 8
    }
    let sums = (s0 + s1) + (s2 + s3)
    var sum = sums[0] + sums[1]
    while k < count {
      sum += a[k] * b[k]
      k &+= 1
    }
    return sum
  }

  @inline(__always)
  private static func load(_ row: Row, _ index: Int) -> Pair {
    UnsafeRawPointer(row + index).loadUnaligned(as: Pair.self)
  }
}
