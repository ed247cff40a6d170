import Graphs
import Tensors

/// Builds double-precision graphs in few words, so that a rewrite can be compared to 1e-9.
struct Net {
  var graph = Graph(name: "net")
  private var generator = SplitMix64(seed: 7)

  init(seed: UInt64 = 7) { generator = SplitMix64(seed: seed) }

  mutating func input(_ name: String, _ shape: Shape) -> ValueID {
    graph.addInput(name, TensorType(.float64, shape))
  }

  /// A constant of random elements, about a third of them zero.
  mutating func weight(_ name: String, _ shape: Shape) -> ValueID {
    let elements = (0..<shape.elementCount).map { _ in
      let value = Double(generator.uniform())
      return abs(value) < 0.33 ? 0 : value
    }
    return graph.addConstant(name, Tensor(shape, elements))
  }

  /// A constant of random elements in 0.5..<1.5.
  mutating func positive(_ name: String, _ shape: Shape) -> ValueID {
    let elements = (0..<shape.elementCount).map { _ in 1 + Double(generator.uniform()) / 2 }
    return graph.addConstant(name, Tensor(shape, elements))
  }

  mutating func constant(_ name: String, _ shape: Shape, _ elements: [Double]) -> ValueID {
    graph.addConstant(name, Tensor(shape, elements))
  }

  mutating func scalar(_ name: String, _ element: Double) -> ValueID {
    graph.addConstant(name, Tensor(scalar: element))
  }

  mutating func integers(_ name: String, _ elements: [Int64]) -> ValueID {
    graph.addConstant(name, Tensor([elements.count], elements))
  }

  /// Adds a node with one output, which bears the node's name.
  mutating func node(_ name: String, _ op: any Operator, _ inputs: ValueID?...) throws -> ValueID {
    try graph.addNode(op, inputs, name: name)[0]
  }

  /// Adds a convolution of `filters` filters with kernel extents 3 and padding 1.
  mutating func conv(
    _ name: String, _ x: ValueID, filters: Int, groups: Int = 1, bias: Bool = true
  ) throws -> ValueID {
    let shape = graph[x].type.shape
    let kernel = [Int](repeating: 3, count: shape.rank - 2)
    let ones = kernel.map { _ in 1 }
    let w = weight("\(name).w", Shape([filters, shape[1] / groups] + kernel))
    let b = bias ? weight("\(name).b", [filters]) : nil
    let op = Conv(padding: .explicit(begin: ones, end: ones), groups: groups)
    return try node(name, op, x, w, b)
  }

  /// Adds a normalization with random statistics.
  mutating func normalization(_ name: String, _ x: ValueID) throws -> ValueID {
    let channels: Shape = [graph[x].type.shape[1]]
    return try node(
      name, BatchNormalization(), x, positive("\(name).gain", channels),
      weight("\(name).bias", channels), weight("\(name).mean", channels),
      positive("\(name).variance", channels))
  }

  mutating func activation(_ name: String, _ activation: Activation, _ x: ValueID) throws -> ValueID
  {
    try node(name, Unary(.activation(activation)), x)
  }

  mutating func binary(
    _ name: String, _ kind: Binary.Kind, _ a: ValueID, _ b: ValueID
  ) throws -> ValueID {
    try node(name, Binary(kind), a, b)
  }

  /// Finishes the graph. Mutating, so that the outputs may be added in its arguments.
  mutating func returning(_ outputs: ValueID...) -> Graph {
    graph.outputs = outputs
    return graph
  }
}

extension Graph {
  /// The nodes as text, without the graph's header; `[2×3]` is a double-precision tensor.
  var text: String {
    description.split(separator: "\n").dropFirst()
      .map { $0.drop(while: { $0 == " " }) }.joined(separator: "\n")
      .replacing("float64[", with: "[")
  }
}
