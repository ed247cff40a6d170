package import Graphs
package import Tensors

/// A graph under construction with seeded weights and inputs.
package struct CaseGraph: Sendable {
  package var graph = Graph(name: "case")
  package private(set) var inputs: [Tensor] = []
  package private(set) var generator: SplitMix64

  package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// A graph input, and the tensor it is given.
  package mutating func input(_ shape: Shape) -> ValueID {
    input(.random(shape, seed: generator.next()))
  }

  package mutating func input(_ tensor: Tensor) -> ValueID {
    inputs.append(tensor)
    return graph.addInput("input\(inputs.count)", tensor.type)
  }

  /// A constant of which about `density` of the elements are not zero.
  package mutating func constant(_ shape: Shape, density: Double = 1) -> ValueID {
    constant(.random(shape, zeros: 1 - density, seed: generator.next()))
  }

  package mutating func constant(_ tensor: Tensor) -> ValueID {
    graph.addConstant("constant\(graph.values.count)", tensor)
  }

  /// Appends a node with one output.
  package mutating func add(_ op: any Operator, _ inputs: [ValueID?]) throws -> ValueID {
    try graph.addNode(op, inputs, name: "node\(graph.nodes.count)")[0]
  }

  /// Appends a convolution with new weights and a bias.
  package mutating func conv(
    _ x: ValueID, filters: Int, _ op: Conv, density: Double = 0.3, residual: ValueID? = nil
  ) throws -> ValueID {
    let channels = shape(of: x)[1] / op.groups
    let weights = constant(Shape([filters, channels] + op.kernel), density: density)
    let bias = constant([filters])
    var inputs: [ValueID?] = [x, weights, bias]
    if op.addsResidual { inputs.append(residual) }
    return try add(op, inputs)
  }

  package mutating func output(_ values: ValueID...) { graph.outputs += values }

  package func shape(of value: ValueID) -> Shape { graph[value].type.shape }

  /// A number in 0..<bound.
  package mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

  package mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }
}
