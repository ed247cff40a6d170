package import Tensors

extension Graph {
  /// Checks that the graph is well formed; run before and after every pass.
  ///
  /// Every value that is read is a graph input, a constant, or the output of an earlier node; it has
  /// one definition; stored types are those that inference gives; constants have their value's type.
  ///
  /// - Throws: `internal`, as only a defect of Hewn can break these rules.
  package func verify() throws(HewnError) {
    var verification = GraphVerification(graph: self)
    try verification.run()
  }
}

private struct GraphVerification {
  let graph: Graph
  /// What defines each value so far, by value index.
  var definitions: [String?]
  /// Whether a node anywhere produces the value.
  var isProduced: [Bool]

  init(graph: Graph) {
    self.graph = graph
    definitions = [String?](repeating: nil, count: graph.values.count)
    isProduced = [Bool](repeating: false, count: graph.values.count)
  }

  mutating func run() throws(HewnError) {
    for value in graph.values {
      guard let constant = value.constant, constant.type != value.type else { continue }
      throw failure("constant \"\(value.name)\" is \(constant.type), stored as \(value.type)")
    }
    for node in graph.nodes {
      for output in node.outputs {
        try check(output, readBy: node.label)
        isProduced[output.index] = true
      }
    }
    for input in graph.inputs {
      try define(input, by: "graph input")
      guard graph[input].constant == nil else {
        throw failure("graph input \"\(graph[input].name)\" is a constant")
      }
    }
    for node in graph.nodes { try verify(node) }
    for output in graph.outputs { try read(output, by: "graph outputs") }
  }

  private mutating func verify(_ node: Node) throws(HewnError) {
    for case let input? in node.inputs { try read(input, by: node.label) }
    for output in node.outputs { try define(output, by: node.label) }
    let operands = node.inputs.map { $0.map { Operand(graph[$0]) } }
    let types: [TensorType]
    do {
      types = try node.op.outputTypes(for: operands)
    } catch {
      throw failure("\(node.label): \(error)")
    }
    let stored = node.outputs.map { graph[$0].type }
    guard types == stored else {
      throw failure("\(node.label): stored output types \(stored), inferred \(types)")
    }
  }

  private func check(_ id: ValueID, readBy reader: String) throws(HewnError) {
    guard graph.values.indices.contains(id.index) else {
      throw failure("\(reader) names value \(id.index) of \(graph.values.count)")
    }
  }

  private mutating func define(_ id: ValueID, by definer: String) throws(HewnError) {
    try check(id, readBy: definer)
    if let other = definitions[id.index] {
      throw failure("\"\(graph[id].name)\" is defined by \(other) and by \(definer)")
    }
    definitions[id.index] = definer
  }

  private func read(_ id: ValueID, by reader: String) throws(HewnError) {
    try check(id, readBy: reader)
    if definitions[id.index] != nil { return }
    // A known value may have its producer still; then it follows the order of nodes.
    guard graph[id].constant != nil, !isProduced[id.index] else {
      throw failure("\(reader) reads \"\(graph[id].name)\" before it is defined")
    }
  }

  private func failure(_ message: String) -> HewnError {
    HewnError(.internal, "graph \"\(graph.name)\" is malformed: \(message)")
  }
}
