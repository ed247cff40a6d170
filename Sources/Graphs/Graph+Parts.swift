extension Graph {
  /// The part of the graph that computes some of its values.
  ///
  /// Inputs stay, read or not, and values keep their numbers. Those that are not needed lose their
  /// elements, so that nobody prepares constants that nobody reads. What computes a known value is left
  /// out.
  package func part(computing outputs: [ValueID]) -> Graph {
    part(nodes[...], inputs: inputs, outputs: outputs)
  }

  /// The part of the graph from a node on, with the same outputs.
  ///
  /// Its inputs are the values before the node, in the order of their numbers, that it reads or that are
  /// outputs.
  ///
  /// - Precondition: `node` is a position of a node, or the number of all.
  package func part(from node: Int) -> Graph {
    var rest = part(nodes[node...], inputs: [], outputs: outputs)
    rest.trimmedOutputs = trimmedOutputs
    let produced = Set(rest.nodes.flatMap(\.outputs))
    let read = Set(rest.nodes.flatMap(\.inputs).compactMap { $0 }).union(outputs)
    rest.inputs = read.filter { !produced.contains($0) && self[$0].constant == nil }.sorted()
    return rest
  }

  /// - Parameter candidates: the nodes that may be needed.
  private func part(
    _ candidates: ArraySlice<Node>, inputs: [ValueID], outputs: [ValueID]
  ) -> Graph {
    var isNeeded = [Bool](repeating: false, count: values.count)
    for output in outputs { isNeeded[output.index] = true }
    var kept: [Node] = []
    for node in candidates.reversed() {
      guard node.outputs.contains(where: { isNeeded[$0.index] && self[$0].constant == nil }) else {
        continue
      }
      kept.append(node)
      for case let value? in node.inputs { isNeeded[value.index] = true }
    }
    for output in kept.lazy.flatMap(\.outputs) { isNeeded[output.index] = true }
    var part = self
    part.nodes = kept.reversed()
    part.inputs = inputs
    part.outputs = outputs
    part.trimmedOutputs = []
    for index in values.indices where !isNeeded[index] { part.values[index].constant = nil }
    return part
  }
}
