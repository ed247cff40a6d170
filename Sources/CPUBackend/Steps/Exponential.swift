/// e^x, tanh and the logistic function of 8 floats at once.
///
/// The polynomials are least-maximum fits of the functions over the reduced range.
enum Exponential {
  /// e^x to within one unit in the last place; infinity above 88.73, subnormal below −87.34, 0
  /// below −103.98. NaN stays.
  ///
  /// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and e^x = 2^n · e^r with e^r = 1 + r + r²·q(r).
  @inline(__always)
  static func exp(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let x = x.raised(to: SIMD8(repeating: -104.5)).lowered(to: SIMD8(repeating: 89))
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
    let power = (q * (r * r) + r) + 1
    // 2^n in two factors, because n reaches beyond the exponents of normal numbers.
    let n = bits(shifted) &- bits(rounder)
    let half = n &>> SIMD8<Int32>(repeating: 1)
    return power * powerOfTwo(half) * powerOfTwo(n &- half)
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

  /// The hyperbolic tangent: an odd polynomial near 0, 1 − 2 / (e^2|x| + 1) elsewhere.
  @inline(__always)
  static func tanh(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let signs = unsafeBitCast(x, to: SIMD8<UInt32>.self) & SIMD8(repeating: 0x8000_0000)
    let magnitudes = unsafeBitCast(x, to: SIMD8<UInt32>.self) ^ signs
    let a = unsafeBitCast(magnitudes, to: SIMD8<Float>.self)
    let z = x * x
    var p = z * 0.002_132_525_4 - 0.008_166_304
    p = p * z + 0.021_696_35
    p = p * z - 0.053_945_996
    p = p * z + 0.133_332
    p = p * z - 0.333_333_3
    let near = a + (a * z) * p
    let far = 1 - 2 / (exp(a + a) + 1)
    let result = far.replacing(with: near, where: a .< SIMD8(repeating: 0.625))
    return unsafeBitCast(
      unsafeBitCast(result, to: SIMD8<UInt32>.self) | signs, to: SIMD8<Float>.self)
  }

  @inline(__always)
  private static func bits(_ x: SIMD8<Float>) -> SIMD8<Int32> {
    unsafeBitCast(x, to: SIMD8<Int32>.self)
  }

  /// 2^n for n in −126…127.
  @inline(__always)
  private static func powerOfTwo(_ n: SIMD8<Int32>) -> SIMD8<Float> {
    let exponent = (n &+ SIMD8(repeating: 127)) &<< SIMD8<Int32>(repeating: 23)
    return unsafeBitCast(exponent, to: SIMD8<Float>.self)
  }
}
