package import Graphs

/// Removes nodes that no output of the graph depends on.
package struct RemoveDeadNodes: Pass {
  package var name: String { "RemoveDeadNodes" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) -> Rewrite {
    if view.node(node).outputs.contains(where: view.isNeeded) { return .noMatch }
    return .patch(Patch("removed: no output depends on it", in: view))
  }
}
