package import Tensors

/// A graph with its edges indexed in both directions.
///
/// Making one takes time linear in the nodes and values; every question is then answered in
/// constant time.
package struct GraphView: Sendable {
  package let graph: Graph
  private let producers: [Int?]
  private let consumers: [[Int]]
  private let isOutput: [Bool]
  /// Whether an output of the graph depends on the value.
  private let isNeededValue: [Bool]

  package init(_ graph: Graph) {
    self.graph = graph
    producers = graph.producers()
    consumers = graph.consumers()
    var isOutput = [Bool](repeating: false, count: graph.values.count)
    for output in graph.outputs { isOutput[output.index] = true }
    self.isOutput = isOutput
    isNeededValue = graph.neededValues()
  }

  package subscript(id: ValueID) -> Value { graph[id] }

  package func node(_ index: Int) -> Node { graph.nodes[index] }

  /// Input `index` of a node; `nil` where an optional one is left out.
  package func input(_ node: Int, _ index: Int) -> ValueID? {
    let inputs = graph.nodes[node].inputs
    return index < inputs.count ? inputs[index] : nil
  }

  /// The inputs of a node as type inference and geometry read them.
  package func operands(_ node: Int) -> [Operand?] {
    graph.nodes[node].inputs.map { $0.map { Operand(graph[$0]) } }
  }

  /// The elements of a value, where they are known.
  package func constant(_ id: ValueID?) -> Tensor? { id.flatMap { graph[$0].constant } }

  /// The elements of input `index` of a node, where they are known.
  package func constant(_ node: Int, _ index: Int) -> Tensor? { constant(input(node, index)) }

  /// The node that computes a value; `nil` for inputs, constants and missing values.
  package func producer(of id: ValueID?) -> Int? { id.flatMap { producers[$0.index] } }

  /// The nodes that read a value, once for each reading input.
  package func readers(of id: ValueID) -> [Int] { consumers[id.index] }

  package func isGraphOutput(_ id: ValueID) -> Bool { isOutput[id.index] }

  /// Whether an output of the graph depends on the value.
  package func isNeeded(_ id: ValueID) -> Bool { isNeededValue[id.index] }

  /// Whether exactly one input of one node reads the value, and the caller of the graph does not.
  package func hasOneUse(_ id: ValueID) -> Bool { onlyReader(of: id) != nil }

  /// The node of which exactly one input, and nothing else, reads the value.
  package func onlyReader(of id: ValueID) -> Int? {
    !isOutput[id.index] && consumers[id.index].count == 1 ? consumers[id.index][0] : nil
  }

  /// Whether `existing` can stand wherever `old` stands.
  ///
  /// An output of the graph keeps its name; so its place is only for a value that a node produces
  /// and that is no output itself.
  package func canReplace(_ old: ValueID, by existing: ValueID) -> Bool {
    !isOutput[old.index] || (producers[existing.index] != nil && !isOutput[existing.index])
  }
}
