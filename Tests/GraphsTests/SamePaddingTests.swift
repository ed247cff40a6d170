import Graphs
import Tensors
import TestSupport
import Testing

/// The subgraph in which PyTorch exporters leave TensorFlow's SAME padding: pads computed from the
/// shape of the data, at run time as far as the file knows.
@Suite struct SamePaddingTests {
  @Test func padsBecomeKnown() throws {
    let graph = try samePaddedConvolution().bind(
      .init(shapes: ["x": [2, 3, 7, 8]]), evaluate: tinyEvaluator)
    try graph.verify()
    let pad = try #require(graph.nodes.first { $0.op is Pad })
    let pads = try #require(pad.inputs[1].flatMap { graph[$0].constant })
    #expect(pads.elements(as: Int64.self) == [0, 0, 1, 0, 0, 0, 1, 1])
    #expect(graph[pad.outputs[0]].type.shape == [2, 3, 9, 9])
    #expect(graph[graph.outputs[0]].type.shape == [2, 4, 4, 4])
    #expect(graph.nodes.count == samePaddedConvolution().nodes.count)
  }
}

/// Conv with a kernel of 3 and a stride of 2 after SAME padding.
private func samePaddedConvolution() -> GraphTemplate {
  var nodes: [GraphTemplate.NamedNode] = []
  func add(_ op: any Operator, _ inputs: String..., to output: String) {
    nodes.append(.init(name: output, op: op, inputs: inputs, outputs: [output]))
  }
  for (name, axis) in [("h", "two"), ("w", "three")] {
    // pad = max((⌈extent / 2⌉ − 1) · 2 + 3 − extent, 0), begin = pad / 2, end = pad − begin
    add(ShapeOf(), "x", to: "\(name).shape")
    add(Gather(), "\(name).shape", axis, to: "\(name).extent")
    add(Cast(to: .float32), "\(name).extent", to: "\(name).float")
    add(Binary(.divide), "\(name).float", "stride", to: "\(name).quotient")
    add(Unary(.ceil), "\(name).quotient", to: "\(name).ceil")
    add(Cast(to: .int64), "\(name).ceil", to: "\(name).outputs")
    add(Binary(.subtract), "\(name).outputs", "one", to: "\(name).steps")
    add(Binary(.multiply), "\(name).steps", "two", to: "\(name).reach")
    add(Binary(.add), "\(name).reach", "three", to: "\(name).needed")
    add(Binary(.subtract), "\(name).needed", "\(name).extent", to: "\(name).missing")
    add(Binary(.maximum), "\(name).missing", "zero", to: "\(name).pad")
    add(Binary(.divide), "\(name).pad", "two", to: "\(name).half")
    add(Binary(.subtract), "\(name).pad", "\(name).half", to: "\(name).rest")
    add(Unsqueeze(), "\(name).half", "axis0", to: "\(name).begin")
    add(Unsqueeze(), "\(name).rest", "axis0", to: "\(name).end")
  }
  // From the last axis to the first, as PyTorch orders pads, to begins and ends, as ONNX does.
  add(Concat(axis: 0), "w.begin", "w.end", "h.begin", "h.end", to: "torch.pads")
  add(ConstantOfShape(value: Tensor([1], [Int64(0)])), "four", to: "other.pads")
  add(Concat(axis: 0), "torch.pads", "other.pads", to: "all.pads")
  add(Reshape(), "all.pads", "pairs", to: "paired")
  add(Slice(), "paired", "minusOne", "lowest", "axis0", "minusOne", to: "reversed")
  add(Transpose(permutation: [1, 0]), "reversed", to: "transposed")
  add(Reshape(), "transposed", "minusOne", to: "flat")
  add(Cast(to: .int64), "flat", to: "pads")
  add(Pad(), "x", "pads", "padValue", to: "padded")
  add(Conv(strides: [2, 2]), "padded", "weight", to: "y")
  return GraphTemplate(
    name: "same",
    inputs: [
      .init(
        name: "x", element: .float32,
        dimensions: [.symbol("N"), .fixed(3), .symbol("H"), .symbol("W")])
    ],
    outputs: [.init(name: "y", element: .float32, dimensions: nil)],
    constants: [
      "zero": Tensor(scalar: Int64(0)), "one": Tensor(scalar: Int64(1)),
      "two": Tensor(scalar: Int64(2)), "three": Tensor(scalar: Int64(3)),
      "stride": Tensor(scalar: Float(2)), "padValue": Tensor(scalar: Float(0)),
      "axis0": Tensor([1], [Int64(0)]), "four": Tensor([1], [Int64(4)]),
      "pairs": Tensor([2], [Int64(-1), 2]), "minusOne": Tensor([1], [Int64(-1)]),
      "lowest": Tensor([1], [Int64.min]), "weight": Tensor.random([4, 3, 3, 3], seed: 1),
    ],
    nodes: nodes)
}
