package import Graphs

/// Applies an activation in place to `count` floats.
package func apply(
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
  case .tanh:
    mapVectors(x, y, count: count) { Exponential.tanh($0) }
  }
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
