package import KernelIR

// The coefficients of this folder were fitted for it: minimax for the errors that the comments name,
// by Lawson's algorithm on 400 Chebyshev nodes in double precision of values computed with 30 digits,
// with coefficients rounded to f32 one after the other, the lowest first, and the rest fitted again.
// Errors in units of the last place (ulp) are the greatest over every 11th of all floats.

/// x = n · ln 2 + r with whole n and |r| ≤ ln 2 / 2, and the value of e^r − 1.
///
/// Source: Cody and Waite, "Software manual for the elementary functions" (1980): ln 2 is taken in
/// two parts, of which the first has so few bits that its product with n is exact.
struct ReducedExponential {
  /// e^r − 1
  let fraction: Value<F32>
  private let exponent: Value<S32>

  /// - Parameters:
  ///   - x: of magnitude below 2²¹.
  ///   - correction: what is added to x, where x was rounded.
  init(_ x: Value<F32>, correction: Value<F32>? = nil) {
    // Adding 1.5 · 2²³ rounds to a whole number, which then stands in the low bits.
    let shifted = fma(x, Self.binaryLogarithm, Self.shift)
    let n = shifted - Self.shift
    exponent = Value<S32>(bitPattern: Value<U32>(bitPattern: shifted)) - 0x4b40_0000
    var r = fma(n, -0x1.62e4p-1, x)
    r = fma(n, -0x1.7f7d1cp-20, r)
    if let correction { r = r + correction }
    // (e^r − 1 − r) / r², to 0.26 · 2⁻²⁴ of (e^r − 1) / r.
    let square = polynomial(
      r, [0.5, 0x1.5554a4p-3, 0x1.5554bep-5, 0x1.1231f6p-7, 0x1.6d7e1cp-10])
    fraction = fma(square * r, r, r)
  }

  /// value · 2ⁿ, rounded once at most, for n in −250…250. Two factors, as 2ⁿ may be out of range.
  func scaled(_ value: Value<F32>) -> Value<F32> {
    let half = exponent >> 1
    return value * Self.power(half) * Self.power(exponent - half)
  }

  /// 2^(n + offset), where that is a normal number.
  func power(offset: Int) -> Value<F32> { Self.power(exponent + Value<S32>(offset)) }

  private static func power(_ exponent: Value<S32>) -> Value<F32> {
    Value<F32>(bitPattern: Value<U32>(bitPattern: exponent + 127) << 23)
  }

  private static var shift: Value<F32> { 12_582_912 }
  /// 1 / ln 2
  private static var binaryLogarithm: Value<F32> { 0x1.715476p+0 }
}

/// c₀ + c₁ · x + c₂ · x² + …, by Horner's rule.
func polynomial(_ x: Value<F32>, _ coefficients: [Double]) -> Value<F32> {
  let constants = coefficients.reversed().map { Value<F32>($0) }
  return constants.dropFirst(2).reduce(fma(constants[0], x, constants[1])) { fma($0, x, $1) }
}

/// e^x within 1.1 ulp; 0 below −104, ∞ above 88.73, subnormal results included.
package func exp(_ x: Value<F32>) -> Value<F32> {
  let reduced = ReducedExponential(minimum(maximum(x, -104), 89))
  return reduced.scaled(reduced.fraction + 1)
}

/// e^x − 1 within 1.7 ulp, near 0 too; −0 gives +0.
package func expMinusOne(_ x: Value<F32>) -> Value<F32> {
  let reduced = ReducedExponential(minimum(maximum(x, -30), 89))
  // Half of the result, as 2¹²⁸ is no float: 2ⁿ⁻¹ · (e^r − 1) + (2ⁿ⁻¹ − ½).
  let power = reduced.power(offset: -1)
  let half = fma(power, reduced.fraction, power - 0.5)
  return half + half
}
