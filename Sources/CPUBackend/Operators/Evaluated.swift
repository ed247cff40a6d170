package import CPUKernels
package import Graphs
package import Tensors

/// An operator that never has a kernel: it takes no time where it occurs, and the backend's evaluator
/// computes it.
package protocol EvaluatedOperator: CPUOperator {}

extension EvaluatedOperator {
  package func obstacle(for node: NodeContext) -> String? { "no kernel for \(name)" }

  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands { .plain(node) }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    throw HewnError(.internal, "no kernel for \(name)", node: node.label)
  }
}

extension GlobalLpPool: EvaluatedOperator {}
extension LpPool: EvaluatedOperator {}
extension MaxUnpool: EvaluatedOperator {}
