package import Covers
package import Graphs

extension NetworkPlan {
  /// The network with the weights of the plan.
  ///
  /// - Parameter prunable: the layers of the graph that ``layers`` are plans of.
  package func applied(to graph: Graph, _ prunable: [PrunableLayer]) -> Graph {
    precondition(prunable.count == layers.count, "plans of other layers")
    var changed = graph
    for (layer, plan) in zip(prunable, layers) where plan.form == .repruned {
      changed.setWeights(plan.weights, of: layer)
    }
    return changed
  }
}
