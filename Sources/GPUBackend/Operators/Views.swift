package import Graphs
package import Tensors

/// An operator that gives the elements another shape and leaves them in row-major order.
///
/// As long as the first axis stays, vectors stay where they are: the output is a view.
package protocol ViewingOperator: GPUOperator {}

extension ViewingOperator {
  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    try lowering.setOutput(
      0, to: try lowering.channels(ofInput: 0).reshaped(to: node.outputs[0].shape))
    return nil
  }
}

extension Reshape: ViewingOperator {}
extension Flatten: ViewingOperator {}
extension Squeeze: ViewingOperator {}
extension Unsqueeze: ViewingOperator {}
