package import Graphs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Applies a function in place to `count` floats.
package func apply(
  _ function: Unary.Function, to pointer: UnsafeMutablePointer<Float>, count: Int
) {
  apply(function, from: pointer, to: pointer, count: count)
}

/// y[i] = function(x[i]) for i in 0..<count. `x` and `y` may be the same.
func apply(
  _ function: Unary.Function, from x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>,
  count: Int
) {
  switch function {
  case .activation(let activation): apply(activation, from: x, to: y, count: count)
  case .absolute: for i in 0..<count { y[i] = x[i].magnitude }
  case .erf: mapVectors(x, y, count: count) { ErrorFunction.erf($0) }
  case .ceil: for i in 0..<count { y[i] = x[i].rounded(.up) }
  case .exp: mapVectors(x, y, count: count) { Exponential.exp($0) }
  case .floor: for i in 0..<count { y[i] = x[i].rounded(.down) }
  case .log: for i in 0..<count { y[i] = logf(x[i]) }
  case .negate: for i in 0..<count { y[i] = -x[i] }
  case .reciprocal: for i in 0..<count { y[i] = 1 / x[i] }
  case .round: mapVectors(x, y, count: count) { roundToEven($0) }
  case .shrink(let lambda, let bias):
    mapVectors(x, y, count: count) { x in
      SIMD8<Float>.zero.replacing(with: x + bias, where: x .< SIMD8(repeating: -lambda))
        .replacing(with: x - bias, where: x .> SIMD8(repeating: lambda))
    }
  case .sign:
    mapVectors(x, y, count: count) { x in
      x.replacing(with: SIMD8(repeating: 1), where: x .> .zero)
        .replacing(with: SIMD8(repeating: -1), where: x .< .zero)
    }
  case .squareRoot: for i in 0..<count { y[i] = x[i].squareRoot() }
  case .trigonometric(let function): apply(function, from: x, to: y, count: count)
  }
}

/// To the nearest whole number, halves to the even one.
@inline(__always)
private func roundToEven(_ x: SIMD8<Float>) -> SIMD8<Float> {
  let signs = Exponential.bits(x) & SIMD8(repeating: .min)
  let a = magnitude(x)
  // Floats from 2^23 on are whole; adding it to smaller ones leaves no room for a fraction.
  let whole = (a + 8_388_608) - 8_388_608
  let rounded = a.replacing(with: whole, where: a .< SIMD8(repeating: 8_388_608))
  return Exponential.float(Exponential.bits(rounded) | signs)
}

private func apply(
  _ function: Unary.Trigonometric, from x: UnsafePointer<Float>,
  to y: UnsafeMutablePointer<Float>, count: Int
) {
  switch function {
  case .sin: for i in 0..<count { y[i] = sinf(x[i]) }
  case .cos: for i in 0..<count { y[i] = cosf(x[i]) }
  case .tan: for i in 0..<count { y[i] = tanf(x[i]) }
  case .asin: for i in 0..<count { y[i] = asinf(x[i]) }
  case .acos: for i in 0..<count { y[i] = acosf(x[i]) }
  case .atan: for i in 0..<count { y[i] = atanf(x[i]) }
  case .sinh: for i in 0..<count { y[i] = sinhf(x[i]) }
  case .cosh: for i in 0..<count { y[i] = coshf(x[i]) }
  case .asinh: for i in 0..<count { y[i] = asinhf(x[i]) }
  case .acosh: for i in 0..<count { y[i] = acoshf(x[i]) }
  case .atanh: for i in 0..<count { y[i] = atanhf(x[i]) }
  }
}

extension Unary.Function {
  /// Whether f(0) = 0.
  var keepsZero: Bool {
    switch self {
    case .activation(let activation): activation.keepsZero
    case .absolute, .ceil, .erf, .floor, .negate, .round, .sign, .squareRoot: true
    case .shrink(let lambda, _): lambda >= 0
    case .exp, .log, .reciprocal: false
    case .trigonometric(let function): ![.acos, .acosh, .cos, .cosh].contains(function)
    }
  }

  /// The work of one element relative to copying it.
  var cost: Int {
    switch self {
    case .activation(let activation): activation.cost
    case .absolute, .negate, .reciprocal, .round, .shrink, .sign, .squareRoot: 1
    case .ceil, .erf, .floor, .exp: 4
    case .log, .trigonometric: 16
    }
  }
}

extension Activation {
  /// Whether f(0) = 0.
  var keepsZero: Bool {
    switch self {
    case .identity, .relu, .hardSwish, .silu, .tanh, .elu, .celu, .softsign, .gelu, .mish,
      .thresholdedRelu:
      true
    case .leakyRelu(let slope): slope.isFinite
    case .clip(let lower, let upper): min(max(0, lower), upper) == 0
    case .swish(let alpha): alpha.isFinite
    case .selu(_, let gamma): gamma.isFinite
    case .sigmoid, .hardSigmoid, .softplus: false
    }
  }

  /// The work of one element relative to copying it.
  var cost: Int {
    switch self {
    case .identity, .relu, .leakyRelu, .clip, .hardSigmoid, .hardSwish, .softsign,
      .thresholdedRelu:
      1
    case .sigmoid, .silu, .swish, .tanh, .elu, .selu, .celu, .softplus, .gelu, .mish: 4
    }
  }
}
