import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct GraphTests {
  @Test func descriptionIsStableText() throws {
    var graph = Graph(name: "net")
    let x = graph.addInput("x", TensorType(.float32, [1, 3, 8, 8]))
    let w = graph.addConstant("w", Tensor.random([4, 3, 3, 3], seed: 1))
    let v = graph.addConstant("v", Tensor.random([4, 1, 1, 1], seed: 1))
    let sizes = graph.addConstant("sizes", Tensor([2], [Int64(1), 3]))
    let conv = try graph.addNode(
      Conv(
        strides: [2, 2], padding: .explicit(begin: [1, 1], end: [1, 1]),
        activation: .clip(lower: 0, upper: 6)), [x, w], name: "conv")[0]
    let depthwise = try graph.addNode(
      Conv(
        strides: [1, 1], padding: .sameUpper, groups: 4, activation: .leakyRelu(slope: 0.5),
        addsResidual: true), [conv, v, nil, conv], name: "depthwise")[0]
    let parts = try graph.addNode(
      Split(axis: 1, outputCount: 2), [depthwise, sizes], name: "split")
    let pool = try graph.addNode(
      MaxPool(.init(kernel: [3, 3], strides: [2, 2], roundsUp: true)), [parts[1]], name: "pool")[0]
    let relu = try graph.addNode(
      Unary(.activation(.leakyRelu(slope: 0.25))), [pool], name: "relu")[0]
    let shape = try graph.addNode(ShapeOf(), [relu], name: "shape")[0]
    let copy = try graph.addNode(Reshape(), [relu, shape], name: "copy", outputNames: ["y"])[0]
    graph.outputs = [copy, parts[0]]
    let want = """
      graph "net" (x: float32[1×3×8×8])
        conv: float32[1×4×4×4] = Conv(x, w: float32[4×3×3×3]) {strides 2 2, pads 1 1 1 1, \
      clip(0.0, 6.0)}
        depthwise: float32[1×4×4×4] = Conv(conv, v: float32[4×1×1×1], _, conv) {sameUpper, \
      groups 4, residual, leakyRelu(0.5)}
        split:0: float32[1×1×4×4], split:1: float32[1×3×4×4] = \
      Split(depthwise, sizes: int64[2]) {axis 1}
        pool: float32[1×3×2×2] = MaxPool(split:1) {kernel 3 3, strides 2 2, roundsUp}
        relu: float32[1×3×2×2] = LeakyRelu(pool) {slope 0.25}
        shape: int64[4] = Shape(relu)
        y: float32[1×3×2×2] = Reshape(relu, shape: int64[4])
        return y, split:0
      """
    #expect(graph.description == want)
    try graph.verify()
  }

  @Test func verifyFindsEveryDefect() throws {
    let defects: [(String, (inout Graph) -> Void)] = [
      ("before it is defined", { $0.nodes.swapAt(0, 1) }),
      ("before it is defined", { $0.nodes.removeFirst() }),
      ("is defined by", { $0.nodes.append($0.nodes[0]) }),
      ("is defined by", { $0.inputs.append($0.inputs[0]) }),
      ("is defined by", { $0.inputs.append($0.nodes[0].outputs[0]) }),
      ("names value 99", { $0.nodes[1].inputs[0] = ValueID(index: 99) }),
      ("names value -1", { $0.nodes[1].outputs[0] = ValueID(index: -1) }),
      ("names value 99", { $0.outputs = [ValueID(index: 99)] }),
      ("stored output types", { $0.values[$0.nodes[0].outputs[0].index].type.element = .float64 }),
      ("stored output types", { $0.nodes[0].outputs = [] }),
      ("do not broadcast", { $0.values[0].type.shape = [1, 5] }),
      ("constant \"c\" is", { $0.values[1].type.shape = [3, 1] }),
      ("is a constant", { $0.inputs.append(ValueID(index: 1)) }),
      (
        "before it is defined",
        { graph in
          let stray = graph.addValue(Value(name: "stray", type: TensorType(.float32, [1])))
          graph.outputs.append(stray)
        }
      ),
    ]
    for (fragment, spoil) in defects {
      var graph = try sumGraph()
      try graph.verify()
      spoil(&graph)
      let error = error { try graph.verify() }
      #expect(error?.code == .internal, "\(fragment): \(error as Any)")
      #expect(error?.message.contains(fragment) == true, "\(fragment): \(error as Any)")
    }
  }

  @Test func addNodeNamesTheNodeInErrors() throws {
    var graph = try sumGraph()
    let error = error { try graph.addNode(Flatten(axis: 9), [graph.inputs[0]], name: "flat") }
    #expect(error?.node == "Flatten \"flat\"")
    #expect(graph.nodes.count == 2)
  }

  @Test func operationCountsFollowTheirFormulas() throws {
    let cases: [(any Operator, [Operand?], flops: Int, bytes: Int)] = [
      (Conv(), [floats(1, 3, 8, 8), floats(4, 3, 3, 3)], 2 * 27 * 144, 4 * (192 + 108 + 144)),
      (
        Conv(groups: 3), [floats(1, 3, 8, 8), floats(6, 1, 3, 3)], 2 * 9 * 216,
        4 * (192 + 54 + 216)
      ),
      (
        ConvTranspose(), [floats(1, 3, 4, 4), floats(3, 2, 3, 3)], 2 * 18 * 48,
        4 * (48 + 54 + 72)
      ),
      (
        Gemm(transposesB: true), [floats(2, 3), floats(4, 3), floats(4)], 2 * 3 * 8,
        4 * (6 + 12 + 4 + 8)
      ),
      (MatMul(), [floats(5, 2, 3), floats(3, 4)], 2 * 3 * 40, 4 * (30 + 12 + 40)),
      (MaxPool(.init(kernel: [2, 2], strides: [2, 2])), [floats(1, 1, 4, 4)], 16, 4 * 20),
      (GlobalAveragePool(), [floats(1, 2, 4, 4)], 32, 4 * 34),
      (Reduce(.mean), [floats(2, 8)], 16, 4 * 17),
      (
        BatchNormalization(), [floats(1, 2, 3)] + [Operand?](repeating: floats(2), count: 4), 12, 80
      ),
      (LRN(size: 5), [floats(1, 8, 2)], 14 * 16, 128),
      (Softmax(), [floats(10)], 50, 80),
      (Binary(.add), [floats(4), floats()], 4, 36),
      (Reshape(), [floats(4), list(2, 2)], 0, 48),
      (Slice(), [floats(100), list(0), list(3)], 0, 24),
      (Concat(axis: 0), [floats(4), floats(4)], 0, 64),
      (ShapeOf(), [floats(4)], 0, 0),
    ]
    for (op, inputs, flops, bytes) in cases {
      let outputs = try op.outputTypes(for: inputs)
      let count = op.operationCount(inputs: inputs.map { $0?.type }, outputs: outputs)
      #expect(count == OperationCount(flops: flops, bytes: bytes), "\(op)")
    }
  }
}

/// y = Relu(x + c)
private func sumGraph() throws -> Graph {
  var graph = Graph(name: "sum")
  let x = graph.addInput("x", TensorType(.float32, [1, 3]))
  let c = graph.addConstant("c", Tensor([3], [Float(1), 2, 3]))
  let sum = try graph.addNode(Binary(.add), [x, c], name: "sum")
  graph.outputs = try graph.addNode(Unary(.activation(.relu)), sum, name: "relu")
  return graph
}
