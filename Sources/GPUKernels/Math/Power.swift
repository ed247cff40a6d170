package import KernelIR

/// x to a constant power.
///
/// Whole exponents up to 64 are products, within |exponent| ulp; ½ is the root. Others are
/// e^(exponent · log x), whose relative error grows with |exponent · log x| · 2⁻²³, and which is NaN
/// where x < 0.
package func power(_ x: Value<F32>, _ exponent: Float) -> Value<F32> {
  if exponent == 0 { return 1 }
  let magnitude = exponent.magnitude
  if exponent == 0.5 {
    // The root of −0 is −0, its power is not.
    return squareRoot(x + 0)
  }
  guard magnitude == magnitude.rounded(), magnitude <= 64, magnitude > 0 else {
    return exp(log(x) * Value(Double(exponent)))
  }
  let product = power(x, Int(magnitude))
  return exponent < 0 ? reciprocal(product) : product
}

/// Squares and multiplies; `count` is at least 1.
private func power(_ x: Value<F32>, _ count: Int) -> Value<F32> {
  if count == 1 { return x }
  let root = power(x, count / 2)
  return count % 2 == 0 ? root * root : root * root * x
}
