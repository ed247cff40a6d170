/// e^x and its relatives for 8 floats at once.
///
/// The polynomials are least-maximum fits of the functions over the reduced range.
enum Exponential {
  /// e^x to within one unit in the last place; infinity above 88.73, subnormal below −87.34, 0
  /// below −103.98. NaN stays.
  @inline(__always)
  static func exp(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let x = x.raised(to: SIMD8(repeating: -104.5)).lowered(to: SIMD8(repeating: 89))
    let (n, rest) = reduced(x)
    // 2^n in two factors, because n reaches beyond the exponents of normal numbers.
    let half = n &>> SIMD8<Int32>(repeating: 1)
    return (rest + 1) * powerOfTwo(half) * powerOfTwo(n &- half)
  }

  /// e^x − 1 for x ≤ 88, to within two units in the last place. NaN stays.
  @inline(__always)
  static func expm1(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let x = x.raised(to: SIMD8(repeating: -60)).lowered(to: SIMD8(repeating: 88))
    let (n, rest) = reduced(x)
    let scale = powerOfTwo(n)
    return rest * scale + (scale - 1)
  }

  /// n and e^r − 1 for x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r = 1 + r + r²·q(r).
  @inline(__always)
  private static func reduced(
    _ x: SIMD8<Float>
  ) -> (n: SIMD8<Int32>, rest: SIMD8<Float>) {
    // Adding 1.5 · 2^23 rounds to a whole number and leaves it in the low bits.
    let rounder = SIMD8<Float>(repeating: 12_582_912)
    let shifted = x * 1.442_695_04 + rounder
    let whole = shifted - rounder
    // ln 2 in two parts, the first exact in products with |n| < 2^10.
    let r = (x - whole * 0.693_359_375) - whole * -2.121_944_4e-4
    var q = r * 0.001_381_419 + 0.008_368_914
    q = q * r + 0.041_668_408
    q = q * r + 0.166_665_2
    q = q * r + 0.499_999_94
    return (bits(shifted) &- bits(rounder), q * (r * r) + r)
  }

  /// 1 / (1 + e^−x)
  @inline(__always)
  static func sigmoid(_ x: SIMD8<Float>) -> SIMD8<Float> {
    1 / (1 + exp(-x))
  }

  /// x / (1 + e^−x); 0 for −∞.
  @inline(__always)
  static func silu(_ x: SIMD8<Float>) -> SIMD8<Float> {
    x.raised(to: SIMD8(repeating: -1e4)) / (1 + exp(-x))
  }

  /// x / (1 + e^(−alpha·x)); 0 for −∞ where alpha is positive.
  @inline(__always)
  static func swish(_ x: SIMD8<Float>, alpha: Float) -> SIMD8<Float> {
    x.raised(to: SIMD8(repeating: -.greatestFiniteMagnitude)) / (1 + exp(x * -alpha))
  }

  /// log(1 + e^x) = max(x, 0) + log(1 + e^−|x|).
  @inline(__always)
  static func softplus(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let t = exp(float(bits(x) | SIMD8(repeating: .min)))
    let sum = 1 + t
    // What rounding the sum has lost, times the derivative of the logarithm.
    let tail = (t - (sum - 1)) / sum
    return x.raised(to: .zero) + (log(sum) + tail)
  }

  /// x · tanh(log(1 + e^x)) = x · n / (n + 2) with n = e^x · (e^x + 2); 0 for −∞.
  @inline(__always)
  static func mish(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // Beyond 20 the quotient rounds to 1.
    let power = exp(x.lowered(to: SIMD8(repeating: 20)))
    let n = power * (power + 2)
    return x.raised(to: SIMD8(repeating: -1e4)) * (n / (n + 2))
  }

  /// The hyperbolic tangent: an odd polynomial near 0, 1 − 2 / (e^2|x| + 1) elsewhere.
  @inline(__always)
  static func tanh(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let signs = bits(x) & SIMD8(repeating: .min)
    let a = float(bits(x) ^ signs)
    let z = x * x
    var p = z * 0.002_132_525_4 - 0.008_166_304
    p = p * z + 0.021_696_35
    p = p * z - 0.053_945_996
    p = p * z + 0.133_332
    p = p * z - 0.333_333_3
    let near = bits(a + (a * z) * p)
    let far = bits(1 - 2 / (exp(a + a) + 1))
    // All ones where a < 0.625, by the sign of the difference.
    let isNear = bits(a - 0.625) &>> SIMD8<Int32>(repeating: 31)
    return float(((near & isNear) | (far & ~isNear)) | signs)
  }

  /// The natural logarithm to within one unit in the last place.
  ///
  /// x = 2^e · (1 + f) with 1 + f between √½ and √2, and log(1 + f) = f − f²/2 + f³·p(f).
  ///
  /// - Precondition: every element is a positive normal number.
  @inline(__always)
  static func log(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let exponents = (bits(x) &- SIMD8(repeating: 0x3f35_04f3)) &>> SIMD8<Int32>(repeating: 23)
    let f = float(bits(x) &- (exponents &<< SIMD8<Int32>(repeating: 23))) - 1
    // Whole numbers of this size lie in the low bits of 1.5 · 2^23.
    let e = float(exponents &+ SIMD8(repeating: 0x4b40_0000)) - 12_582_912
    var p = f * -0.076_344_97 + 0.127_615_77
    p = p * f - 0.131_601_83
    p = p * f + 0.142_017_57
    p = p * f - 0.166_233_57
    p = p * f + 0.200_012_27
    p = p * f - 0.250_008_2
    p = p * f + 0.333_333_3
    let z = f * f
    let tail = (p * f * z - e * 2.121_944_4e-4) - z * 0.5
    return (f + tail) + e * 0.693_359_375
  }

  @inline(__always)
  static func bits(_ x: SIMD8<Float>) -> SIMD8<Int32> {
    unsafeBitCast(x, to: SIMD8<Int32>.self)
  }

  @inline(__always)
  static func float(_ bits: SIMD8<Int32>) -> SIMD8<Float> {
    unsafeBitCast(bits, to: SIMD8<Float>.self)
  }

  /// 2^n for n in −126…127.
  @inline(__always)
  private static func powerOfTwo(_ n: SIMD8<Int32>) -> SIMD8<Float> {
    let exponent = (n &+ SIMD8(repeating: 127)) &<< SIMD8<Int32>(repeating: 23)
    return float(exponent)
  }
}
