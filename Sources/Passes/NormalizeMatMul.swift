package import Graphs
internal import Tensors

/// Turns the product of a matrix and a constant one into `Gemm`, which can take a bias and an
/// activation. A product of two computed matrices has no weights to prepare and stays.
package struct NormalizeMatMul: Pass {
  package var name: String { "NormalizeMatMul" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard view.node(node).op is MatMul, let a = view.input(node, 0), let b = view.input(node, 1)
    else { return .noMatch }
    let (rankA, rankB) = (view[a].type.shape.rank, view[b].type.shape.rank)
    guard rankA == 2, rankB == 2 else {
      return .blocked("its operands have rank \(rankA) and \(rankB)")
    }
    guard view.constant(b) != nil else { return .blocked("its right operand is computed") }
    guard view[a].type.isComputable else {
      return .blocked("its operands are \(view[a].type.element.rawValue)")
    }
    var patch = Patch("now Gemm", in: view)
    try patch.replaceNode(node, with: Gemm(), [a, b], name: view.node(node).name)
    return .patch(patch)
  }
}
