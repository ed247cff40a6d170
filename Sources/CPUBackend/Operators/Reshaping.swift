internal import CPUKernels
package import Graphs
internal import Tensors

/// An operator that gives the elements another shape and leaves them in row-major order.
protocol ReshapingOperator: CPUOperator {}

extension ReshapingOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    return .plain(node)
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let input = try node.source(ofInput: 0, inputs)
    return UnaryStep(.activation(.identity), input: input, output: GridTarget(outputs[0]))
  }
}

extension Reshape: ReshapingOperator {}
extension Flatten: ReshapingOperator {}
extension Squeeze: ReshapingOperator {}
extension Unsqueeze: ReshapingOperator {}
