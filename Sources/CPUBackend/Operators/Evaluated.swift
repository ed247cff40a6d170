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

extension CPUBackend {
  /// Whether a kernel computes this operator, in the forms that occur in networks.
  package static func hasKernel(_ op: any Operator) -> Bool {
    op is any CPUOperator && !(op is any EvaluatedOperator)
  }
}

extension AffineGrid: EvaluatedOperator {}
extension BitCast: EvaluatedOperator {}
extension Col2Im: EvaluatedOperator {}
extension Compress: EvaluatedOperator {}
extension EyeLike: EvaluatedOperator {}
extension GatherND: EvaluatedOperator {}
extension GlobalLpPool: EvaluatedOperator {}
extension LpNormalization: EvaluatedOperator {}
extension LpPool: EvaluatedOperator {}
extension MaxUnpool: EvaluatedOperator {}
extension NonMaxSuppression: EvaluatedOperator {}
extension NonZero: EvaluatedOperator {}
extension OneHot: EvaluatedOperator {}
extension RangeOf: EvaluatedOperator {}
extension ReverseSequence: EvaluatedOperator {}
extension ScatterElements: EvaluatedOperator {}
extension ScatterND: EvaluatedOperator {}
extension SizeOf: EvaluatedOperator {}
extension TensorScatter: EvaluatedOperator {}
extension Trilu: EvaluatedOperator {}
extension Unique: EvaluatedOperator {}
extension BitShift: EvaluatedOperator {}
extension CastLike: EvaluatedOperator {}
extension Comparison: EvaluatedOperator {}
extension IsInf: EvaluatedOperator {}
extension IsNaN: EvaluatedOperator {}
extension Logic: EvaluatedOperator {}
extension Mean: EvaluatedOperator {}
extension Mod: EvaluatedOperator {}
extension Where: EvaluatedOperator {}
extension ArgReduce: EvaluatedOperator {}
extension Cumulate: EvaluatedOperator {}
extension TopK: EvaluatedOperator {}
extension DeformConv: EvaluatedOperator {}
extension Det: EvaluatedOperator {}
extension Einsum: EvaluatedOperator {}
extension RoiAlign: EvaluatedOperator {}
