package import Graphs
package import Tensors

/// A node without a kernel, which the host computes: its inputs are copied from the device, its outputs to
/// it.
package struct HostEvaluation: Sendable {
  package enum Input: Sendable {
    case constant(Tensor)
    /// A buffer that holds the tensor in row-major order.
    case buffer(Int, TensorType)
  }

  package struct Output: Sendable {
    package var buffer: Int
    package var type: TensorType
  }

  package var label: String
  package var op: any Operator
  package var inputs: [Input?]
  package var outputs: [Output]
  package var evaluate: Evaluator
}
