/// The error function and what is made of it, for 8 floats at once.
///
/// The polynomials are least-maximum fits of the functions over their ranges.
enum ErrorFunction {
  /// erf(x) to within two units in the last place. NaN stays.
  ///
  /// x + x·p(x²) near 0; elsewhere ±(1 − e^q(|x|)) with q ≈ log(erfc), which rounds to ±1 from 4 on.
  @inline(__always)
  static func erf(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let signs = Exponential.bits(x) & SIMD8(repeating: .min)
    let a = Exponential.float(Exponential.bits(x) ^ signs).lowered(to: SIMD8(repeating: 4))
    let z = a * a
    var p = z * -0.000_634_291_7 + 0.005_055_622
    p = p * z - 0.026_805_105
    p = p * z + 0.112_827_756
    p = p * z - 0.376_125_75
    p = p * z + 0.128_379_17
    let near = Exponential.bits(a + a * p)
    var q = a * 0.000_203_170_3 - 0.003_113_299_6
    q = q * a + 0.022_502_588
    q = q * a - 0.104_495_317
    q = q * a - 0.636_549_83
    q = q * a - 1.128_044_96
    q = q * a - 0.000_107_860_95
    let far = Exponential.bits(1 - Exponential.exp(q))
    // All ones where a < 0.84375, by the sign of the difference.
    let isNear = Exponential.bits(a - 0.843_75) &>> SIMD8<Int32>(repeating: 31)
    return Exponential.float(((near & isNear) | (far & ~isNear)) | signs)
  }

  /// x · Φ(x) = x/2 · (1 + erf(x / √2)) with an error below 2^−22·|x|; 0 for −∞.
  @inline(__always)
  static func gelu(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let half = x.raised(to: SIMD8(repeating: -1e4)) * 0.5
    return half * (1 + erf(x * 0.707_106_8))
  }

  /// x/2 · (1 + tanh u) = x / (1 + e^−2u) with u = √(2/π) · (x + 0.044715·x³), with an error below
  /// 2^−22·|x|; 0 for −∞.
  @inline(__always)
  static func approximateGelu(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let twiceU = x * (x * x * 0.071_354_814 + 1.595_769_1)
    return x.raised(to: SIMD8(repeating: -1e4)) / (1 + Exponential.exp(-twiceU))
  }
}
