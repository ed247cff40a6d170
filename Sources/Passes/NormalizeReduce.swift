package import Graphs
internal import Tensors

/// Turns a mean or maximum over exactly the spatial axes into the global pool that it is.
package struct NormalizeReduce: Pass {
  package var name: String { "NormalizeReduce" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard let op = view.node(node).op as? Reduce, let x = view.input(node, 0) else {
      return .noMatch
    }
    let pool: any Operator
    switch op.kind {
    case .mean: pool = GlobalAveragePool()
    case .max: pool = GlobalMaxPool()
    default: return .noMatch
    }
    let type = view[x].type
    guard (3...4).contains(type.shape.rank), type.isComputable else { return .noMatch }
    guard let axesID = view.input(node, 1) else { return .noMatch }
    guard let axes = try view.constant(axesID)?.integers() else {
      return .blocked("its axes are not constant")
    }
    guard try Set(type.shape.normalized(axes: axes)) == Set(2..<type.shape.rank) else {
      return .blocked("it reduces other axes than the spatial ones")
    }
    guard !type.shape.dimensions[2...].contains(0) else {
      return .blocked("there is nothing to reduce, which pools refuse")
    }
    var patch = Patch("now \(pool.name)", in: view)
    let name = view.node(node).name
    if op.keepsDimensions {
      try patch.replaceNode(node, with: pool, [x], name: name)
    } else {
      let pooled = try patch.addNode(pool, [x], name: name)
      try patch.replaceNode(node, with: Flatten(), [pooled[0]], name: "\(name)/flatten")
    }
    return .patch(patch)
  }
}
