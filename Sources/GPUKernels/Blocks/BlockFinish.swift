package import KernelIR

/// What follows the sums of a convolution on blocks, as far as it is known while a kernel is built.
package struct BlockFinish: Hashable, Sendable {
  /// A function; its numbers are arguments.
  package enum Function: String, Hashable, Sendable {
    case identity, clip, leakyRelu, silu, hardSwish, sigmoid
  }

  package let function: Function
  package let hasResidual: Bool

  /// Nothing.
  init() {
    function = .identity
    hasResidual = false
  }

  init(_ problem: BlockProblem) {
    function =
      switch problem.activation {
      case .identity: .identity
      case .clip: .clip
      case .leakyRelu: .leakyRelu
      case .silu: .silu
      case .hardSwish: .hardSwish
      case .sigmoid: .sigmoid
      }
    hasResidual = problem.residual != nil
  }

  /// As a part of kernels' names.
  var name: String {
    (function == .identity ? "" : function.rawValue.lowercased()) + (hasResidual ? "residual" : "")
  }

  func activated(_ x: Value<F32>, _ numbers: BlockFinishNumbers.InKernel) -> Value<F32> {
    switch function {
    case .identity: x
    case .clip: minimum(maximum(x, numbers.first), numbers.second)
    case .leakyRelu: select(x >= 0, x, x * numbers.first)
    case .silu: x * GPUKernels.sigmoid(x)
    case .hardSwish: GPUKernels.hardSwish(x)
    case .sigmoid: GPUKernels.sigmoid(x)
    }
  }
}

/// The numbers of an activation, as kernels are given them.
package struct BlockFinishNumbers: KernelArgument, Hashable, Sendable {
  /// The lower bound, or the slope.
  package var first: Float = 0
  /// The upper bound.
  package var second: Float = 0

  init(_ activation: BlockActivation) {
    switch activation {
    case .clip(let lower, let upper): (first, second) = (lower, upper)
    case .leakyRelu(let slope): first = slope
    case .identity, .silu, .hardSwish, .sigmoid: break
    }
  }

  package struct InKernel {
    let first: Value<F32>
    let second: Value<F32>
  }

  package static func read(from operand: Operand, of builder: KernelBuilder) -> InKernel {
    InKernel(
      first: Float.read(from: operand, of: builder),
      second: Float.read(from: operand.advanced(byBytes: 4), of: builder))
  }
}
