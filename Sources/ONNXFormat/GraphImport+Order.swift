internal import Graphs
internal import Tensors

extension GraphImport {
  /// The nodes' indices in topological order, which is the file's order where that is sorted.
  ///
  /// Reserves the names of all values and notes which are read.
  ///
  /// - Throws: `invalidFile` for a value that is defined twice or nowhere, or a cycle.
  /// - Complexity: O(nodes + inputs).
  static func order(
    of proto: ONNXGraphProto, nodes: [ModelNode], names: [String], builder: TemplateBuilder
  ) throws(HewnError) -> [Int] {
    func label(_ index: Int) -> String { "\(nodes[index].proto.opType) \"\(names[index])\"" }

    let external = Set(builder.constants.keys).union(proto.input.map(\.name))
    var producers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.proto.output where !output.isEmpty {
        guard builder.valueNames.reserve(output) else {
          throw HewnError(
            .invalidFile, "output \"\(output)\" has a second definition", node: label(index))
        }
        producers[output] = index
      }
    }
    for output in proto.output {
      guard producers[output.name] != nil || external.contains(output.name) else {
        throw HewnError(.invalidFile, "graph output \"\(output.name)\" is defined nowhere")
      }
      builder.readNames.insert(output.name)
    }
    for (index, node) in nodes.enumerated() {
      for input in node.proto.input where !input.isEmpty {
        guard producers[input] != nil || external.contains(input) else {
          throw HewnError(
            .invalidFile, "input \"\(input)\" is defined nowhere", node: label(index))
        }
        builder.readNames.insert(input)
      }
    }
    return try order(of: nodes, producers: producers, label: label)
  }

  /// Walks each node's inputs before the node itself, without recursion: a file may hold a chain
  /// of a million nodes.
  private static func order(
    of nodes: [ModelNode], producers: [String: Int], label: (Int) -> String
  ) throws(HewnError) -> [Int] {
    enum State { case unseen, open, done }
    var states = [State](repeating: .unseen, count: nodes.count)
    var order: [Int] = []
    order.reserveCapacity(nodes.count)
    for root in nodes.indices where states[root] == .unseen {
      states[root] = .open
      var path = [(node: root, nextInput: 0)]
      while let (node, position) = path.last {
        guard position < nodes[node].proto.input.count else {
          states[node] = .done
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].nextInput += 1
        guard let producer = producers[nodes[node].proto.input[position]] else { continue }
        switch states[producer] {
        case .done: continue
        case .open:
          throw HewnError(
            .invalidFile, "the node depends on its own output", node: label(producer))
        case .unseen:
          states[producer] = .open
          path.append((node: producer, nextInput: 0))
        }
      }
    }
    return order
  }
}
