package import KernelIR

/// The error function within 1.1 ulp.
package func erf(_ x: Value<F32>) -> Value<F32> {
  // |x| < 0.93: x + x · P(x²), to 0.3 · 2⁻²⁴.
  let series = polynomial(
    x * x,
    [
      0x1.06eba6p-3, -0x1.8126e2p-2, 0x1.ce1986p-4, -0x1.b67c04p-6, 0x1.46d9e2p-8,
      -0x1.38741cp-11,
    ])
  // Beyond: 1 − e^(−t + t · Q(t)); from 4 on it is 1.
  let magnitude = abs(x)
  let t = minimum(magnitude, 4)
  let exponent = polynomial(
    t,
    [
      -0x1.0778dcp-3, -0x1.45328ep-1, -0x1.b32568p-4, 0x1.855122p-6, -0x1.dd6ba8p-9,
      0x1.52795cp-12, -0x1.78d112p-17,
    ])
  let tail = 1 - exp(fma(exponent, t, -t))
  return select(magnitude < 0.93, fma(series, x, x), copySign(tail, from: x))
}

/// x · Φ(x), Φ the normal distribution's function: within 8 ulp everywhere, where 1 + erf would cancel too;
/// −0 below −15.
package func gelu(_ x: Value<F32>) -> Value<F32> {
  let bounded = maximum(x, -15)
  let t = minimum(abs(bounded), 15)
  // Φ(−t) = e^(−t² / 2) · R(t). What the square loses by rounding is put into the exponential.
  let square = t * t
  let lost = fma(t, t, -square)
  let exponential = ReducedExponential(square * -0.5, correction: lost * -0.5)
  // R, Mills' ratio: u · P(u) with u = 4 / (t + 4), to 0.2 · 2⁻²⁴.
  let u = 4 / (t + 4)
  let ratio =
    u
    * polynomial(
      u,
      [
        0x1.988e34p-4, 0x1.97bde6p-4, 0x1.857cc2p-4, 0x1.2eb42ap-4, 0x1.4d493ep-4,
        0x1.6be662p-6, 0x1.1ce1fcp-6, 0x1.e8fc20p-5, -0x1.0ed1bep-4, 0x1.196d50p-6,
      ])
  let tail = (exponential.fraction + 1) * ratio
  // Scaled last, so that a subnormal result is rounded once.
  let negative = exponential.scaled(tail * bounded)
  let positive = x * (1 - exponential.scaled(tail))
  return select(x < 0, negative, positive)
}

/// x · Φ(x) with the approximation ½ + ½ · tanh(√(2/π) · (x + 0.044715 · x³)) of Φ.
package func geluByTangent(_ x: Value<F32>) -> Value<F32> {
  // ½ + ½ · tanh(z) is the logistic function of 2 · z.
  let slope = fma(x * x, 0x1.2444f2p-4, 0x1.988454p+0)
  return x * sigmoid(x * slope)
}

/// The first's magnitude, which has no sign, with the second's sign.
func copySign(_ magnitude: Value<F32>, from sign: Value<F32>) -> Value<F32> {
  let bits = Value<U32>(bitPattern: sign) & 0x8000_0000
  return Value<F32>(bitPattern: Value<U32>(bitPattern: magnitude) | bits)
}
