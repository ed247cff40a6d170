import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

/// One node, or a few, as a row of a table.
struct OperatorCase {
  var name: String
  var build: (inout CaseGraph) throws -> Void

  init(_ name: String, _ build: @escaping (inout CaseGraph) throws -> Void) {
    self.name = name
    self.build = build
  }

  /// A graph of one node, whose outputs are the graph's.
  init(_ name: String, _ op: any Operator, _ arguments: Argument?...) {
    self.init(name) { net in
      let inputs = arguments.map { argument -> ValueID? in argument?.value(in: &net) }
      net.graph.outputs += try net.graph.addNode(op, inputs, name: "node")
    }
  }

  enum Argument {
    /// An input with numbers that all formats hold.
    case input(Shape)
    /// Likewise, above 0.
    case positive(Shape)
    /// An input of random numbers.
    case random(Shape)
    case constant(Shape)
    case tensor(Tensor)
    /// A constant of one element.
    case scalar(Float)
    /// A constant of one axis.
    case integers([Int])
    /// A constant of one axis.
    case floats([Float])

    func value(in net: inout CaseGraph) -> ValueID {
      switch self {
      case .input(let shape): net.coarseInput(shape)
      case .positive(let shape): net.coarseInput(shape, isPositive: true)
      case .random(let shape): net.input(shape)
      case .constant(let shape): net.constant(shape)
      case .tensor(let tensor): net.constant(tensor)
      case .scalar(let value): net.constant(Tensor(scalar: value))
      case .integers(let values): net.constant(Tensor([values.count], values.map(Int64.init)))
      case .floats(let values): net.constant(Tensor([values.count], values))
      }
    }
  }
}

extension CaseGraph {
  /// An input of multiples of 1/16 between −4 and 4 without 0, which every format holds: functions that jump do
  /// so at the same places.
  mutating func coarseInput(_ shape: Shape, isPositive: Bool = false) -> ValueID {
    let values = (0..<shape.elementCount).map { _ in
      (Float(below(64)) + 1) / 16 * (isPositive || below(2) == 0 ? 1 : -1)
    }
    return input(Tensor(shape, values))
  }

  mutating func constant(integers values: [Int]) -> ValueID {
    constant(Tensor([values.count], values.map(Int64.init)))
  }
}

extension GPUHarness {
  /// Runs cases whose result does not depend on how products are computed.
  static func expect(
    _ cases: [OperatorCase], precisions: [Precision] = [.f32, .f16], engines: [Engine] = [.dense],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (index, row) in cases.enumerated() {
      expect(
        row.name, seed: UInt64(index) + 1, precisions: precisions, engines: engines,
        sourceLocation: sourceLocation, row.build)
    }
  }

  /// A batch for each row of a table: one image, some lanes, all lanes, two groups.
  static func images(_ index: Int) -> Int { [1, 3, 8, 9][index % 4] }
}
