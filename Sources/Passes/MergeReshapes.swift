package import Graphs
internal import Tensors

/// Merges runs of operators that only give the elements another shape, such as `Squeeze` after
/// `Unsqueeze` or `Flatten` after `Reshape`, into the last one.
package struct MergeReshapes: Pass {
  package var name: String { "MergeReshapes" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard isReshape(node, in: view), let middle = view.input(node, 0),
      let producer = view.producer(of: middle), isReshape(producer, in: view),
      let x = view.input(producer, 0)
    else { return .noMatch }
    let name = view.node(node).name
    let shape = view[view.node(node).outputs[0]].type.shape
    var patch = Patch("skips \(view.node(producer).label)", in: view)
    let extents = patch.addConstant(
      "\(name).shape", Tensor([shape.rank], shape.dimensions.map(Int64.init)))
    let reshape = Reshape(allowsZero: shape.dimensions.contains(0))
    try patch.replaceNode(node, with: reshape, [x, extents], name: name)
    return .patch(patch)
  }

  private func isReshape(_ node: Int, in view: GraphView) -> Bool {
    switch view.node(node).op {
    case is Reshape, is Flatten, is Squeeze, is Unsqueeze: true
    default: false
    }
  }
}
