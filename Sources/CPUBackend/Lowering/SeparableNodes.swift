internal import Graphs
internal import Tensors

/// The nodes at the start of a graph that can run image by image, and what they are then.
struct SeparableNodes {
  /// How many of the first nodes compute every image of the batch by itself, with kernels.
  let nodeCount: Int
  /// Images of the batch; 1 where there is nothing to separate.
  let imageCount: Int
  let graph: Graph
  /// The types that the values have for one image, by value index; `nil` for all that is no batch of
  /// images.
  private let types: [TensorType?]
  /// The last node that reads each value, by value index: beyond all for outputs of the graph, −1 for what
  /// nothing reads.
  private let lastReader: [Int]

  /// - Parameter target: what the steps of single images are made for.
  init(_ graph: Graph, target: NodeContext.Target) {
    self.graph = graph
    var types = [TensorType?](repeating: nil, count: graph.values.count)
    let imageCount = graph.inputs.first.map { graph[$0].type.shape.dimensions.first ?? 1 } ?? 1
    for input in graph.inputs {
      types[input.index] = Self.image(of: graph[input].type, imageCount: imageCount)
    }
    var nodeCount = 0
    if imageCount > 1 {
      for node in graph.nodes {
        if node.outputs.contains(where: { graph[$0].constant == nil }) {
          guard let outputs = Self.separate(node, graph, types, imageCount, target) else { break }
          for (output, type) in zip(node.outputs, outputs) { types[output.index] = type }
        }
        nodeCount += 1
      }
    }
    self.imageCount = imageCount
    self.nodeCount = nodeCount
    self.types = types
    lastReader = Self.lastReaders(graph)
  }

  private static func lastReaders(_ graph: Graph) -> [Int] {
    var last = [Int](repeating: -1, count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() {
      for case let input? in node.inputs { last[input.index] = index }
    }
    for output in graph.outputs { last[output.index] = .max }
    return last
  }

  /// The output types of a node for one image; `nil` for a node that does not keep images apart, or not
  /// by a kernel.
  private static func separate(
    _ node: Node, _ graph: Graph, _ types: [TensorType?], _ imageCount: Int,
    _ target: NodeContext.Target
  ) -> [TensorType]? {
    guard let op = node.op as? any CPUOperator else { return nil }
    var inputs: [Operand?] = []
    for input in node.inputs {
      guard let input else {
        inputs.append(nil)
        continue
      }
      if graph[input].constant != nil {
        inputs.append(Operand(graph[input]))
      } else {
        guard let type = types[input.index] else { return nil }
        inputs.append(Operand(type: type))
      }
    }
    let expected = node.outputs.map { image(of: graph[$0].type, imageCount: imageCount) }
    guard let outputs = try? op.outputTypes(for: inputs), outputs.map(Optional.some) == expected
    else { return nil }
    let context = NodeContext(
      label: node.label, inputs: inputs, outputs: outputs, target: target)
    return op.reasonToEvaluate(context) == nil && op.keepsImagesApart(context) ? outputs : nil
  }

  /// A batch's type for one image; `nil` for what is no batch of float32.
  private static func image(of type: TensorType, imageCount: Int) -> TensorType? {
    guard type.element == .float32, type.shape.dimensions.first == imageCount else { return nil }
    return TensorType(.float32, Shape([1] + type.shape.dimensions.dropFirst()))
  }

  /// The first nodes, for one image, and the others, for the whole batch. Values keep their places.
  ///
  /// - Precondition: `count` is at most ``nodeCount``.
  func cut(after count: Int) -> (front: Graph, rest: Graph) {
    precondition(count <= nodeCount, "\(count) of \(nodeCount) nodes")
    var (front, rest) = (graph, graph)
    front.nodes = Array(graph.nodes[..<count])
    rest.nodes = Array(graph.nodes[count...])
    for index in graph.values.indices where graph.values[index].constant == nil {
      if let type = types[index] { front.values[index].type = type }
    }
    let crossing = values(crossing: count)
    front.outputs = crossing
    front.trimmedOutputs = []
    let read = Set(front.nodes.flatMap { $0.inputs.compactMap { $0 } })
    front.inputs = graph.inputs.filter(read.contains)
    rest.inputs += crossing
    return (front, rest)
  }

  /// For each of the first nodes, the floats of all that it or nodes before it compute and later ones read.
  func crossingFloatCounts() -> [Double] {
    var made = [Bool](repeating: false, count: graph.values.count)
    var count = 0.0
    return (0..<nodeCount).map { index in
      let node = graph.nodes[index]
      for output in node.outputs
      where graph[output].constant == nil && lastReader[output.index] > index {
        made[output.index] = true
        count += Double(graph[output].type.shape.elementCount)
      }
      for case let input? in node.inputs where made[input.index] && lastReader[input.index] == index
      {
        made[input.index] = false
        count -= Double(graph[input].type.shape.elementCount)
      }
      return count
    }
  }

  /// What the first nodes compute and others read, or the graph hands out.
  private func values(crossing count: Int) -> [ValueID] {
    graph.nodes[..<count].flatMap(\.outputs).filter {
      graph[$0].constant == nil && lastReader[$0.index] >= count
    }
  }
}
