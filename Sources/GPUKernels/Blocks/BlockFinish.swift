internal import KernelIR

/// What follows the sums of a convolution on blocks, as far as it is known while a kernel is built: the numbers of
/// its activation are arguments.
package struct BlockFinish: Hashable, Sendable {
  let activation: BlockActivation
  package let hasResidual: Bool

  /// Nothing.
  init() {
    activation = .identity
    hasResidual = false
  }

  init(_ problem: BlockProblem) {
    activation = problem.activation
    hasResidual = problem.residual != nil
  }

  /// As a part of kernels' names.
  var name: String { activation.name + (hasResidual ? "residual" : "") }

  func activated(_ x: Value<F32>, _ numbers: ActivationArguments.InKernel) -> Value<F32> {
    activation.apply(to: x, numbers)
  }
}
