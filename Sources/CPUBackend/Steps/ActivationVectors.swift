internal import Graphs

/// Applies an activation in place to `count` floats.
func apply(
  _ activation: Activation, to pointer: UnsafeMutablePointer<Float>, count: Int
) {
  apply(activation, from: pointer, to: pointer, count: count)
}

/// y[i] = activation(x[i]) for i in 0..<count. `x` and `y` may be the same.
func apply(
  _ activation: Activation, from x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>,
  count: Int
) {
  switch activation {
  case .identity:
    if x != UnsafePointer(y) { y.update(from: x, count: count) }
  case .relu:
    mapVectors(x, y, count: count) { $0.raised(to: .zero) }
  case .leakyRelu(let slope):
    mapVectors(x, y, count: count) { $0.replacing(with: $0 * slope, where: $0 .< .zero) }
  case .clip(let lower, let upper):
    let (lower, upper) = (SIMD8(repeating: lower), SIMD8(repeating: upper))
    mapVectors(x, y, count: count) { $0.raised(to: lower).lowered(to: upper) }
  case .sigmoid:
    mapVectors(x, y, count: count) { Exponential.sigmoid($0) }
  case .hardSigmoid(let alpha, let beta):
    mapVectors(x, y, count: count) { unitClamp($0 * alpha + beta) }
  case .hardSwish:
    mapVectors(x, y, count: count) { $0 * unitClamp($0 / 6 + 0.5) }
  case .silu:
    mapVectors(x, y, count: count) { Exponential.silu($0) }
  case .swish(let alpha):
    mapVectors(x, y, count: count) { Exponential.swish($0, alpha: alpha) }
  case .tanh:
    mapVectors(x, y, count: count) { Exponential.tanh($0) }
  case .elu(let alpha):
    mapExponentialLinear(x, y, count: count, slope: 1, rate: 1, scale: alpha)
  case .selu(let alpha, let gamma):
    mapExponentialLinear(x, y, count: count, slope: gamma, rate: 1, scale: gamma * alpha)
  case .celu(let alpha):
    mapExponentialLinear(x, y, count: count, slope: 1, rate: 1 / alpha, scale: alpha)
  case .softplus:
    mapVectors(x, y, count: count) { Exponential.softplus($0) }
  case .softsign:
    mapVectors(x, y, count: count) { $0 / (1 + magnitude($0)) }
  case .gelu(approximates: false):
    mapVectors(x, y, count: count) { ErrorFunction.gelu($0) }
  case .gelu(approximates: true):
    mapVectors(x, y, count: count) { ErrorFunction.approximateGelu($0) }
  case .mish:
    mapVectors(x, y, count: count) { Exponential.mish($0) }
  case .thresholdedRelu(let alpha):
    mapVectors(x, y, count: count) {
      SIMD8<Float>.zero.replacing(with: $0, where: $0 .> SIMD8(repeating: alpha))
    }
  }
}

/// y = slope · x where x ≥ 0, scale · (e^(rate · x) − 1) elsewhere.
@inline(never)
private func mapExponentialLinear(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int, slope: Float,
  rate: Float, scale: Float
) {
  mapVectors(x, y, count: count) { x in
    let curve = Exponential.expm1(x * rate) * scale
    return (x * slope).replacing(with: curve, where: x .< .zero)
  }
}

@inline(__always)
func magnitude(_ x: SIMD8<Float>) -> SIMD8<Float> {
  Exponential.float(Exponential.bits(x) & SIMD8(repeating: .max))
}

@inline(__always)
private func unitClamp(_ x: SIMD8<Float>) -> SIMD8<Float> {
  x.raised(to: .zero).lowered(to: SIMD8(repeating: 1))
}

/// An activation as clamping, which kernels apply while they store, and a rest.
struct SplitActivation: Sendable {
  var lower = -Float.infinity
  var upper = Float.infinity
  /// What clamping does not express; applied to the stored result.
  var rest: Activation?

  init(_ activation: Activation) {
    switch activation {
    case .identity: break
    case .relu: lower = 0
    case .clip(let lower, let upper): (self.lower, self.upper) = (lower, upper)
    default: rest = activation
    }
  }
}
