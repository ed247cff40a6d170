internal import KernelIR

/// What becomes of a sum before it is stored: bias, residual, activation.
struct LeafEpilogue: Hashable, Sendable {
  let activation: BlockActivation
  let hasResidual: Bool

  init(_ problem: BlockProblem) {
    activation = problem.activation
    hasResidual = problem.residual != nil
  }

  /// What kernels differ by.
  var name: String {
    let function =
      switch activation {
      case .identity: ""
      case .clip: "clip"
      case .leakyRelu: "leakyrelu"
      case .silu: "silu"
      case .hardSwish: "hardswish"
      case .sigmoid: "sigmoid"
      }
    return function + (hasResidual ? "residual" : "")
  }

  /// The bounds of a clip, or the slope and nothing.
  var parameters: (Float, Float) {
    switch activation {
    case .clip(let lower, let upper): (lower, upper)
    case .leakyRelu(let slope): (slope, 0)
    case .identity, .silu, .hardSwish, .sigmoid: (0, 0)
    }
  }

  /// activation(sum + bias + residual)
  func apply(
    _ sum: Value<F32>, bias: Value<F32>, residual: Value<F32>?,
    _ parameters: (Value<F32>, Value<F32>)
  ) -> Value<F32> {
    let biased = sum + bias
    let x = residual.map { biased + $0 } ?? biased
    return switch activation {
    case .identity: x
    case .clip: minimum(maximum(x, parameters.0), parameters.1)
    case .leakyRelu: select(x < 0, x * parameters.0, x)
    case .silu: x * sigmoid(x)
    case .hardSwish: hardSwish(x)
    case .sigmoid: sigmoid(x)
    }
  }
}
