package import Tensors

/// Names a value within one graph.
package struct ValueID: Hashable, Sendable, Comparable {
  package let index: Int
  package init(index: Int) { self.index = index }
  package static func < (lhs: ValueID, rhs: ValueID) -> Bool { lhs.index < rhs.index }
}

/// A tensor of the graph: what it is called, its type, and its elements where they are known at
/// compile time.
///
/// A known value may still have a producer node; `FoldConstants` removes that.
package struct Value: Sendable {
  package var name: String
  package var type: TensorType
  package var constant: Tensor?

  package init(name: String, type: TensorType, constant: Tensor? = nil) {
    self.name = name
    self.type = type
    self.constant = constant
  }
}

/// One operator application. A missing optional input is `nil`.
package struct Node: Sendable {
  package var name: String
  package var op: any Operator
  package var inputs: [ValueID?]
  package var outputs: [ValueID]

  package init(name: String, op: any Operator, inputs: [ValueID?], outputs: [ValueID]) {
    self.name = name
    self.op = op
    self.inputs = inputs
    self.outputs = outputs
  }

  /// The node as errors name it: `Conv "conv1"`.
  package var label: String { "\(op.name) \"\(name)\"" }
}

/// A typed, bound network: every shape is known, and nodes stand in topological order.
package struct Graph: Sendable {
  package var name: String
  package var values: [Value] = []
  package var nodes: [Node] = []
  package var inputs: [ValueID] = []
  package var outputs: [ValueID] = []
  /// The positions of outputs of which rows of −1 at the end are no part; see ``NonMaxSuppression``.
  package var trimmedOutputs: Set<Int> = []
  /// What binding changed or found odd, for the user to read.
  package var notes: [String] = []

  package init(name: String) { self.name = name }

  package subscript(id: ValueID) -> Value {
    get { values[id.index] }
    set { values[id.index] = newValue }
  }

  /// Adds a value that no node produces yet.
  package mutating func addValue(_ value: Value) -> ValueID {
    values.append(value)
    return ValueID(index: values.count - 1)
  }

  /// Adds a graph input.
  package mutating func addInput(_ name: String, _ type: TensorType) -> ValueID {
    let id = addValue(Value(name: name, type: type))
    inputs.append(id)
    return id
  }

  /// Adds a constant.
  package mutating func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
    addValue(Value(name: name, type: tensor.type, constant: tensor))
  }

  /// Appends a node at the end, infers its output types, and returns its outputs.
  ///
  /// - Parameter outputNames: one name for each output; `nil`, a missing or an empty name stand for
  ///   one made from the node's.
  /// - Throws: what the operator's type inference throws, with the node named.
  @discardableResult
  package mutating func addNode(
    _ op: any Operator, _ inputs: [ValueID?], name: String, outputNames: [String]? = nil
  ) throws(HewnError) -> [ValueID] {
    let operands = inputs.map { $0.map { Operand(values[$0.index]) } }
    var node = Node(name: name, op: op, inputs: inputs, outputs: [])
    let types: [TensorType]
    do {
      types = try op.outputTypes(for: operands)
    } catch {
      throw error.at(node: node.label)
    }
    for (index, type) in types.enumerated() {
      let fallback = types.count == 1 ? name : "\(name):\(index)"
      let given = outputNames.flatMap { index < $0.count && !$0[index].isEmpty ? $0[index] : nil }
      let constant = op.knownOutput(index, for: operands)
      node.outputs.append(
        addValue(Value(name: given ?? fallback, type: type, constant: constant)))
    }
    nodes.append(node)
    return node.outputs
  }

  /// Whether an output of the graph depends on a value, by value index.
  package func neededValues() -> [Bool] {
    var isNeeded = [Bool](repeating: false, count: values.count)
    for output in outputs { isNeeded[output.index] = true }
    for node in nodes.reversed() where node.outputs.contains(where: { isNeeded[$0.index] }) {
      for case let input? in node.inputs { isNeeded[input.index] = true }
    }
    return isNeeded
  }

  /// The node that produces each value, by value index; `nil` for inputs and constants.
  package func producers() -> [Int?] {
    var producers = [Int?](repeating: nil, count: values.count)
    for (index, node) in nodes.enumerated() {
      for output in node.outputs { producers[output.index] = index }
    }
    return producers
  }

  /// The nodes that read each value, by value index, once for each reading input.
  package func consumers() -> [[Int]] {
    var consumers = [[Int]](repeating: [], count: values.count)
    for (index, node) in nodes.enumerated() {
      for case let input? in node.inputs { consumers[input.index].append(index) }
    }
    return consumers
  }
}
