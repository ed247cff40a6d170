package import KernelIR

/// 1 / (1 + e^−x) within 2.5 ulp, subnormal results included.
package func sigmoid(_ x: Value<F32>) -> Value<F32> {
  // By e^−|x|, which does not overflow.
  let e = exp(-abs(x))
  return select(x < 0, e, 1) / (e + 1)
}

/// The hyperbolic tangent within 2.6 ulp.
package func tanh(_ x: Value<F32>) -> Value<F32> {
  // (e^2t − 1) / (e^2t + 1); from 10 on it is 1.
  let t = minimum(abs(x), 10)
  let e = expMinusOne(t + t)
  return copySign(e / (e + 2), from: x)
}

/// log(1 + e^x) within 1.7 ulp.
package func softplus(_ x: Value<F32>) -> Value<F32> {
  maximum(x, 0) + logOnePlus(exp(-abs(x)))
}

/// max(x, 0)
package func relu(_ x: Value<F32>) -> Value<F32> { maximum(x, 0) }

/// min(max(x, lower), upper)
package func clip(_ x: Value<F32>, _ lower: Float, _ upper: Float) -> Value<F32> {
  minimum(maximum(x, Value(Double(lower))), Value(Double(upper)))
}

/// max(0, min(1, alpha · x + beta))
package func hardSigmoid(_ x: Value<F32>, alpha: Float, beta: Float) -> Value<F32> {
  clip(fma(x, Value(Double(alpha)), Value(Double(beta))), 0, 1)
}

/// x · max(0, min(1, x / 6 + 1/2))
package func hardSwish(_ x: Value<F32>) -> Value<F32> {
  x * hardSigmoid(x, alpha: 1 / 6, beta: 0.5)
}

/// x where x ≥ 0, alpha · (e^x − 1) elsewhere.
package func elu(_ x: Value<F32>, alpha: Float) -> Value<F32> {
  select(x < 0, expMinusOne(x) * Value(Double(alpha)), x)
}

/// x · tanh(softplus(x))
package func mish(_ x: Value<F32>) -> Value<F32> {
  // tanh(log(1 + e)) = (e² + 2 · e) / (e² + 2 · e + 2); of e^−|x|, with both sides divided by e² above 0.
  let e = exp(-abs(x))
  let isNegative = x < 0
  let numerator = select(isNegative, e * (e + 2), fma(e, 2, 1))
  let rest = select(isNegative, Value<F32>(2), e * e * 2)
  return x * (numerator / (numerator + rest))
}
