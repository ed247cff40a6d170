package import Graphs
internal import Tensors

/// Turns `CastLike` into `Cast`: of the other tensor only the type matters, which is known.
package struct NormalizeCastLike: Pass {
  package var name: String { "NormalizeCastLike" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard view.node(node).op is CastLike, let x = view.input(node, 0) else { return .noMatch }
    let target = view[view.node(node).outputs[0]].type.element
    var patch = Patch("now Cast", in: view)
    try patch.replaceNode(node, with: Cast(to: target), [x], name: view.node(node).name)
    return .patch(patch)
  }
}
