package import Graphs
package import Tensors

/// A change to a graph: nodes and constants to insert at the place of one node, and the values
/// that take the place of that node's outputs.
///
/// Values of the patch have identifiers beyond those of the graph; the driver gives them their
/// final ones. Nodes that nobody needs afterwards disappear.
package struct Patch: Sendable {
  /// What the patch does, as reports say it: "into Conv \"conv1\"".
  package let summary: String
  /// Nodes other than the matched one whose work the new nodes take over. The driver insists that
  /// they disappear: otherwise their work would be done twice.
  package let absorbed: [Int]

  let view: GraphView
  private(set) var values: [Value] = []
  private(set) var nodes: [Node] = []
  private(set) var replacements: [(old: ValueID, new: ValueID)] = []

  package init(_ summary: String, in view: GraphView, absorbing absorbed: [Int] = []) {
    self.summary = summary
    self.view = view
    self.absorbed = absorbed
  }

  /// The first identifier that belongs to the patch.
  var base: Int { view.graph.values.count }

  subscript(id: ValueID) -> Value {
    id.index < base ? view[id] : values[id.index - base]
  }

  /// Adds a constant. The driver makes the name unique.
  package mutating func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
    values.append(Value(name: name, type: tensor.type, constant: tensor))
    return ValueID(index: base + values.count - 1)
  }

  /// Adds a node after those added before, and infers its output types.
  ///
  /// Its outputs bear the node's name until they replace others, whose names they take.
  ///
  /// - Throws: `internal` where the operator refuses the inputs: the pass made an invalid node.
  package mutating func addNode(
    _ op: any Operator, _ inputs: [ValueID?], name: String
  ) throws -> [ValueID] {
    let operands = inputs.map { $0.map { Operand(self[$0]) } }
    var node = Node(name: name, op: op, inputs: inputs, outputs: [])
    let types: [TensorType]
    do {
      types = try op.outputTypes(for: operands)
    } catch {
      throw HewnError(.internal, "makes an invalid \(node.label): \(error.message)")
    }
    for (index, type) in types.enumerated() {
      let outputName = types.count == 1 ? name : "\(name):\(index)"
      let constant = op.knownOutput(index, for: operands)
      values.append(Value(name: outputName, type: type, constant: constant))
      node.outputs.append(ValueID(index: base + values.count - 1))
    }
    nodes.append(node)
    return node.outputs
  }

  /// Lets `new` stand for `old`, an output of the matched node.
  package mutating func replace(_ old: ValueID, with new: ValueID) {
    replacements.append((old, new))
  }

  /// Adds a node whose outputs stand for those of the matched node, one for one.
  package mutating func replaceNode(
    _ matched: Int, with op: any Operator, _ inputs: [ValueID?], name: String
  ) throws {
    let outputs = try addNode(op, inputs, name: name)
    for (old, new) in zip(view.node(matched).outputs, outputs) { replace(old, with: new) }
  }
}
