package import KernelIR

/// log x within 1 ulp: NaN below 0, −∞ at ±0, subnormal numbers included.
package func log(_ x: Value<F32>) -> Value<F32> {
  let parts = LogarithmParts(x)
  let special = select(x == 0, Value(-.infinity), select(x < 0, Value(.nan), x))
  return select(x > 0 && x < Value(.infinity), parts.high + parts.low, special)
}

/// log x of positive finite x as a sum: high is exact, low of magnitude up to about ½.
struct LogarithmParts {
  let high: Value<F32>
  let low: Value<F32>

  init(_ x: Value<F32>) {
    let isSmall = x < 0x1p-126
    let normal = select(isSmall, x * 0x1p23, x)
    // x = m · 2ᵏ with m in 0.75..<1.5.
    let bits = Value<U32>(bitPattern: normal)
    let exponent = (bits - 0x3f40_0000) & 0xff80_0000
    let k = fma(exponentValue(exponent), 0x1p-23, select(isSmall, -23, 0))
    let m = Value<F32>(bitPattern: bits - exponent)
    high = k * 0x1.62e4p-1
    low = fma(k, 0x1.7f7d1cp-20, logOnePlusFraction(m - 1))
  }
}

/// log(1 + x) within 1.2 ulp for x in 0…1.
func logOnePlus(_ x: Value<F32>) -> Value<F32> {
  // 1 + x = m · 2ᵏ; m − 1 is computed of x itself, as 1 + x was rounded.
  let exponent = (Value<U32>(bitPattern: x + 1) - 0x3f40_0000) & 0xff80_0000
  let scaled = Value<F32>(bitPattern: Value<U32>(bitPattern: x) - exponent)
  let fourScale = Value<F32>(bitPattern: Value<U32>(0x4080_0000) - exponent)
  let f = scaled + fma(fourScale, 0.25, -1)
  let k = exponentValue(exponent) * 0x1p-23
  return fma(k, 0x1.62e43p-1, logOnePlusFraction(f))
}

/// log(1 + f) for f in −0.25…0.5: f − f² · P(f), to 0.09 · 2⁻²⁴.
private func logOnePlusFraction(_ f: Value<F32>) -> Value<F32> {
  let square = polynomial(
    f,
    [
      -0.5, 0x1.5555a4p-2, -0x1.00004ap-2, 0x1.99699ep-3, -0x1.54ed96p-3, 0x1.28807ap-3,
      -0x1.0d98f0p-3, 0x1.acf4a8p-4, -0x1.71e32cp-5,
    ])
  return fma(square * f, f, f)
}

/// The exponent, still in its place above the 23 bits of the fraction, as a number.
private func exponentValue(_ bits: Value<U32>) -> Value<F32> {
  Value<F32>(Value<S32>(bitPattern: bits))
}
