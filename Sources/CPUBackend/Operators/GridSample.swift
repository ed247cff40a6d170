package import CPUKernels
package import Graphs
package import Tensors

extension GridSample: CPUOperator {
  package func obstacle(for node: NodeContext) -> String? {
    let axes = (node.shape(ofInput: 0)?.rank ?? 2) - 2
    return axes <= GridSampleStep.maximumAxes ? nil : "no kernel for \(axes) spatial axes"
  }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands { .plain(node) }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    try GridSampleStep(
      self, input: try node.source(ofInput: 0, inputs).floats,
      shape: node.shape(ofInput: 0) ?? [], grid: try node.source(ofInput: 1, inputs).floats,
      target: outputs[0].placement.offset, shape: outputs[0].shape)
  }
}
