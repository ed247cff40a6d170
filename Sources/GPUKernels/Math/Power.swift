package import KernelIR

/// x to a constant power.
///
/// Whole exponents up to 64 are products, within |exponent| ulp, those down to −64 products of inverses,
/// within |exponent| + 2 ulp; ½ is the root. Others are e^(exponent · log x) within |exponent| + 2 ulp, and
/// NaN where x < 0.
package func power(_ x: Value<F32>, _ exponent: Float) -> Value<F32> {
  if exponent == 0 { return 1 }
  let magnitude = exponent.magnitude
  if exponent == 0.5 {
    // The root of −0 is −0, its power is not.
    return squareRoot(x + 0)
  }
  guard magnitude == magnitude.rounded(), magnitude <= 64, magnitude > 0 else {
    return generalPower(x, exponent)
  }
  return exponent > 0 ? power(x, Int(magnitude)) : inversePower(x, Int(magnitude))
}

/// x^−count as the square of the root's inverse: where the result is a number, the root is one,
/// while x^count may be too large or too small for one.
private func inversePower(_ x: Value<F32>, _ count: Int) -> Value<F32> {
  if count == 1 { return reciprocal(x) }
  let root = reciprocal(power(x, count / 2))
  return count % 2 == 0 ? root * root : root * root * reciprocal(x)
}

/// e^(exponent · log x), with the exponential's argument in two parts.
private func generalPower(_ x: Value<F32>, _ exponent: Float) -> Value<F32> {
  let logarithm = LogarithmParts(x)
  let c = Value<F32>(Double(exponent))
  let (high, low) = (logarithm.high * c, logarithm.low * c)
  let sum = high + low
  // What rounding lost of the sum and of the product. Far outside of the range it does not matter.
  let lost = (low - (sum - high)) + fma(logarithm.high, c, -high)
  let isNear = abs(sum) < 128
  let reduced = ReducedExponential(
    minimum(maximum(sum, -104), 89), correction: select(isNear, lost, 0))
  let result = reduced.scaled(reduced.fraction + 1)
  let (atZero, atInfinity) = exponent > 0 ? (0, Double.infinity) : (Double.infinity, 0)
  let special = select(
    x == 0, Value<F32>(atZero),
    select(x == Value(.infinity), Value<F32>(atInfinity), Value(.nan)))
  return select(x > 0 && x < Value(.infinity), result, special)
}

/// Squares and multiplies; `count` is at least 1.
private func power(_ x: Value<F32>, _ count: Int) -> Value<F32> {
  if count == 1 { return x }
  let root = power(x, count / 2)
  return count % 2 == 0 ? root * root : root * root * x
}
