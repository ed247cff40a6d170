package import Graphs
internal import Tensors

/// Folds a normalization with fixed statistics into the convolution or matrix product before it:
/// (W ∗ X + B) · s + t = (s · W) ∗ X + (s · B + t).
package struct FoldBatchNormalization: Pass {
  package var name: String { "FoldBatchNormalization" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard let op = view.node(node).op as? BatchNormalization, let x = view.input(node, 0) else {
      return .noMatch
    }
    let constants = (1...4).compactMap { view.constant(node, $0)?.doubles() }
    guard constants.count == 4 else { return .blocked("its parameters are not constant") }
    let affine = ChannelAffine(
      gain: constants[0], bias: constants[1], mean: constants[2], variance: constants[3],
      epsilon: Double(op.epsilon))
    return try affine.folded(into: x, at: node, in: view)
  }
}
