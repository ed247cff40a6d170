import CPUBackend
import Graphs
import PlanFiles
import Tensors
import TestSupport

extension PlanMutation {
  /// Changes layers so that the graph stays well formed and its packed weights do not fit it, mostly.
  mutating func changeLayers(of model: inout CompiledModel) {
    for _ in 0...below(2) {
      var graph = model.graph
      switch below(6) {
      case 0: changeInput(&graph)
      case 1: changeWeights(&graph)
      case 2: movePacked(of: &model)
      default: changeAttributes(&graph)
      }
      if inferTypes(&graph) {
        model.graph = graph
      } else {
        changes.append("which no graph may have, taken back")
      }
    }
  }

  private mutating func changeInput(_ graph: inout Graph) {
    let input = graph.inputs[0]
    let shape = Shape([1 + below(4), [3, 3, 4][below(3)], 1 + below(24), 1 + below(24)])
    graph[input].type = TensorType(.float32, shape)
    changes.append("input \(shape)")
  }

  /// Gives a layer weights of another shape, and as many biases.
  private mutating func changeWeights(_ graph: inout Graph) {
    let node = graph.nodes[below(graph.nodes.count)]
    guard node.inputs.count >= 2, let weights = node.inputs[1],
      let old = graph[weights].constant, old.shape.rank == 2 || old.shape.rank == 4
    else { return }
    var extents = old.shape.dimensions
    for axis in extents.indices where below(3) == 0 { extents[axis] = 1 + below(20) }
    let tensor = Tensor.random(Shape(extents), seed: generator.next())
    graph[weights].constant = tensor
    graph[weights].type = tensor.type
    changes.append("\(node.label) has weights \(tensor.shape)")
    guard node.inputs.count >= 3, let bias = node.inputs[2], graph[bias].constant != nil else {
      return
    }
    let count = node.op is Conv || below(4) == 0 ? extents[0] : extents[1]
    let biases = Tensor.random([count], seed: generator.next())
    graph[bias].constant = biases
    graph[bias].type = biases.type
  }

  private mutating func changeAttributes(_ graph: inout Graph) {
    let index = below(graph.nodes.count)
    func pair(_ values: Int...) -> [Int] { (0..<2).map { _ in values[below(values.count)] } }
    let padding: Padding =
      [.explicit(begin: pair(0, 1, 2, 7), end: pair(0, 1, 2, 7)), .sameUpper, .valid][below(3)]
    switch graph.nodes[index].op {
    case var conv as Conv:
      switch below(5) {
      case 0: conv.strides = pair(1, 1, 2, 3, 9)
      case 1: conv.dilations = pair(1, 1, 2, 3, 9)
      case 2: conv.padding = padding
      case 3: conv.groups = [1, 2, 3, 8, 16][below(5)]
      default: conv.activation = [.identity, .relu, .hardSwish][below(3)]
      }
      graph.nodes[index].op = conv
    case var transposed as ConvTranspose:
      switch below(4) {
      case 0: transposed.strides = pair(1, 1, 2, 3, 9)
      case 1: transposed.dilations = pair(1, 1, 2, 3, 9)
      case 2: transposed.groups = [1, 2, 4, 16][below(4)]
      default: transposed.padding = padding
      }
      graph.nodes[index].op = transposed
    case var product as Gemm:
      product.transposesB.toggle()
      graph.nodes[index].op = product
    default: return
    }
    changes.append("\(graph.nodes[index].op)")
  }

  /// Gives packed weights to another node, or two nodes each other's.
  private mutating func movePacked(of model: inout CompiledModel) {
    let (node, other) = (below(model.graph.nodes.count), below(model.graph.nodes.count))
    let packed = model.cpu?.layers.packed
    model.cpu?.layers.packed[node] = packed?[other]
    model.cpu?.layers.packed[other] = packed?[node]
    changes.append("packed weights of \(node) and \(other) swapped")
  }

  /// Writes into the graph what its operators infer; whether all of them do.
  private func inferTypes(_ graph: inout Graph) -> Bool {
    for node in graph.nodes {
      let inputs = node.inputs.map { $0.map { Operand(graph[$0]) } }
      guard let types = try? node.op.outputTypes(for: inputs), types.count == node.outputs.count
      else { return false }
      for (output, type) in zip(node.outputs, types) { graph[output].type = type }
    }
    return (try? graph.verify()) != nil
  }
}
