package import KernelIR

/// The numbers of an activation, which are arguments, so that kernels do not differ by them.
package struct ActivationArguments: KernelArgument, Sendable {
  /// The lower bound or the slope.
  var first: Float
  /// The upper bound.
  var second: Float

  package init(_ activation: BlockActivation) {
    switch activation {
    case .clip(let lower, let upper): (first, second) = (lower, upper)
    case .leakyRelu(let slope): (first, second) = (slope, 0)
    case .identity, .silu, .hardSwish, .sigmoid: (first, second) = (0, 0)
    }
  }

  package static func read(from operand: Operand, of builder: KernelBuilder) -> InKernel {
    InKernel(
      first: Float.read(from: operand, of: builder),
      second: Float.read(from: operand.advanced(byBytes: 4), of: builder))
  }

  /// The numbers as a kernel sees them.
  package struct InKernel {
    let first: Value<F32>
    let second: Value<F32>
  }
}

extension BlockActivation {
  /// For kernel names; nothing where nothing is applied.
  var name: String {
    switch self {
    case .identity: ""
    case .clip: "clip"
    case .leakyRelu: "leakyrelu"
    case .silu: "silu"
    case .hardSwish: "hardswish"
    case .sigmoid: "sigmoid"
    }
  }

  /// - Parameter numbers: not read where the activation has none.
  func apply(
    to x: Value<F32>, _ numbers: @autoclosure () -> ActivationArguments.InKernel
  ) -> Value<F32> {
    switch self {
    case .identity: return x
    case .clip:
      let numbers = numbers()
      return minimum(maximum(x, numbers.first), numbers.second)
    case .leakyRelu: return select(x >= 0, x, x * numbers().first)
    case .silu: return x * GPUKernels.sigmoid(x)
    case .hardSwish: return GPUKernels.hardSwish(x)
    case .sigmoid: return GPUKernels.sigmoid(x)
    }
  }
}

extension BlockActivation {
  /// One of each, for catalogues and checks.
  package static let examples: [BlockActivation] = [
    .identity, .clip(lower: -0.25, upper: 0.5), .leakyRelu(slope: 0.1), .silu, .hardSwish, .sigmoid,
  ]
}
