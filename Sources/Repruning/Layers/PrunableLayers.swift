package import Graphs
package import Tensors

/// The nodes with weights of a graph: those that can be pruned, and the others with the reason.
package struct PrunableLayers: Sendable {
  /// A node with weights that is left alone.
  package struct Exception: Hashable, Sendable {
    /// The position of the node in the graph.
    package let node: Int
    /// The node as errors name it.
    package let label: String
    /// Follows on the node's name: "its weights are computed at run time".
    package let reason: String
  }

  /// In the order of the graph.
  package let layers: [PrunableLayer]
  /// In the order of the graph.
  package let exceptions: [Exception]

  /// Looks at every convolution and matrix product.
  ///
  /// - Parameter graph: as its file states it, or after passes.
  /// - Throws: what inference throws for shapes that do not fit.
  package init(_ graph: Graph) throws(HewnError) {
    let finder = LayerFinder(graph)
    var layers: [PrunableLayer] = []
    var exceptions: [Exception] = []
    for (index, node) in graph.nodes.enumerated() {
      do throws(HewnError) {
        switch try finder.find(index) {
        case .layer(let layer): layers.append(layer)
        case .exception(let reason):
          exceptions.append(Exception(node: index, label: node.label, reason: reason))
        case nil: break
        }
      } catch {
        throw error.at(node: node.label)
      }
    }
    self.layers = layers
    self.exceptions = exceptions
  }
}
