package import CPUKernels
package import Graphs
package import Tensors

extension Softmax: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    try node.checkRuntimeTypes()
    return .plain(node)
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    SoftmaxStep(
      try geometry(input: outputs[0].shape), source: try node.source(ofInput: 0, inputs).floats,
      target: outputs[0].placement.offset)
  }
}
