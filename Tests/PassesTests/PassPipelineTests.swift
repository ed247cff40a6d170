import Graphs
import Passes
import ReferenceBackend
import Tensors
import Testing

struct PassPipelineTests {
  @Test func samePaddingOfAnOlderExporterBecomesPadding() throws {
    var net = Net()
    let x = net.input("x", [1, 2, 7, 8])
    // pad = (⌈extent / 2⌉ − 1) · 2 + 3 − extent, half of it before, for each spatial axis.
    let shape = try net.node("shape", ShapeOf(start: 2), x)
    let extents = try net.node("extents", Cast(to: .float64), shape)
    let half = try net.binary("half", .divide, extents, net.scalar("two", 2))
    let outputs = try net.node("outputs", Unary(.ceil), half)
    let covered = try net.binary("covered", .multiply, outputs, net.scalar("stride", 2))
    let reach = try net.binary("reach", .add, covered, net.scalar("rest", 1))
    let total = try net.binary("total", .subtract, reach, extents)
    let before = try net.node(
      "before", Unary(.floor), net.binary("b", .divide, total, net.scalar("2", 2)))
    let after = try net.binary("after", .subtract, total, before)
    let zeros = net.constant("zeros", [2], [0, 0])
    let real = try net.node("real", Concat(axis: 0), zeros, before, zeros, after)
    let pads = try net.node("pads", Cast(to: .int64), real)
    // Binding knows small results at once; the nodes stay.
    for node in net.graph.nodes where node.op.name != "Shape" {
      let inputs = node.inputs.map { $0.flatMap { net.graph[$0].constant } }
      let types = node.outputs.map { net.graph[$0].type }
      net.graph[node.outputs[0]].constant = try Reference.evaluate(node.op, inputs, types)[0]
    }
    let padded = try net.node("padded", Pad(), x, pads)
    let conv = try net.node("conv", Conv(strides: [2, 2]), padded, net.weight("w", [3, 2, 3, 3]))
    let graph = net.returning(try net.activation("relu", .relu, conv))

    let result = try PassPipeline.reference.run(graph)
    #expect(
      result.graph.text == """
        relu: [1×3×4×4] = Conv(x, w: [3×2×3×3]) {strides 2 2, pads 1 0 1 1, relu}
        return relu
        """)
    #expect(try difference(got: result.graph, want: graph, seed: 3) == nil)
  }

  /// A chain that shortens by one node in each sweep is left as it is after some sweeps.
  @Test func stopsAfterTooManySweeps() throws {
    var net = Net()
    var x = try net.node(
      "conv", Conv(), net.input("x", [1, 1, 2, 2]), net.weight("w", [1, 1, 1, 1]))
    for index in 0..<300 {
      x = try net.binary("add\(index)", .add, x, net.weight("c\(index)", [1]))
    }
    let graph = net.returning(x)
    var pipeline = PassPipeline([FoldScaleAndShift()])
    #expect(try pipeline.run(graph).graph.nodes.count == 1)
    pipeline.visitLimit = 0
    let result = try pipeline.run(graph)
    #expect((2..<300).contains(result.graph.nodes.count), "\(result.graph.nodes.count)")
    #expect(result.graph.notes.count == 1, "\(result.graph.notes)")
    #expect(try difference(got: result.graph, want: graph, seed: 4) == nil)
  }

  @Test func maskedWeightsBecomeConstantsWithExactZeros() throws {
    var net = Net()
    let x = net.input("x", [1, 4, 6, 6])
    var generator = SplitMix64(seed: 11)
    let mask = (0..<144).map { _ in generator.next() % 10 < 8 ? 0.0 : 1.0 }
    let maskID = net.constant("mask", [4, 4, 3, 3], mask)
    let original = net.positive("weight_orig", [4, 4, 3, 3])
    let weight = try net.binary("weight", .multiply, original, maskID)
    let conv = try net.node("conv", Conv(), x, weight, net.weight("bias", [4]))
    let graph = net.returning(try net.activation("relu", .relu, net.normalization("bn", conv)))

    let result = try PassPipeline.reference.run(graph)
    #expect(
      result.graph.text == """
        relu: [1×4×4×4] = Conv(x, weight: [4×4×3×3], bias: [4]) {relu}
        return relu
        """)
    let node = try #require(result.graph.nodes.first)
    #expect(node.name == "conv")
    let folded = try #require(node.inputs[1].flatMap { result.graph[$0].constant })
    for (index, (got, mask)) in zip(folded.elements(as: Double.self), mask).enumerated() {
      #expect((got.bitPattern == 0) == (mask == 0), "weight \(index) is \(got), mask \(mask)")
    }
    #expect(try difference(got: result.graph, want: graph, seed: 3) == nil)
  }

  @Test func foldingRoundsSinglePrecisionWeightsOnce() throws {
    var graph = Graph(name: "net")
    let x = graph.addInput("x", TensorType(.float32, [1, 1, 2, 2]))
    let w = graph.addConstant("w", Tensor([2, 1, 1, 1], [0.1, -0.0] as [Float]))
    let conv = try graph.addNode(Conv(), [x, w], name: "conv")[0]
    func constant(_ name: String, _ elements: [Float]) -> ValueID {
      graph.addConstant(name, Tensor([2], elements))
    }
    let inputs = [
      conv, constant("gain", [0.3, -3]), constant("bias", [0.7, 0.5]),
      constant("mean", [0.2, 0.1]), constant("variance", [0.9, 2]),
    ]
    graph.outputs = try graph.addNode(
      BatchNormalization(epsilon: 1e-3), inputs, name: "bn")
    let result = try PassPipeline([FoldBatchNormalization()]).run(graph).graph
    let node = try #require(result.nodes.first)
    let weights = try #require(node.inputs[1].flatMap { result[$0].constant })
    let scale = Double(Float(0.3)) / (Double(Float(0.9)) + Double(Float(1e-3))).squareRoot()
    let want = [Float(Double(Float(0.1)) * scale), -0.0]
    #expect(weights.floats().map(\.bitPattern) == want.map(\.bitPattern))
  }

  @Test func aResidualBlockBecomesTwoConvolutions() throws {
    var net = Net()
    let x = net.input("x", [1, 2, 5, 5])
    var y = try net.activation(
      "relu1", .relu, net.normalization("bn1", net.conv("conv1", x, filters: 2)))
    y = try net.normalization("bn2", net.conv("conv2", y, filters: 2))
    let graph = net.returning(try net.activation("relu2", .relu, net.binary("add", .add, y, x)))
    let result = try PassPipeline.reference.run(graph)
    #expect(
      result.graph.text == """
        relu1: [1×2×5×5] = Conv(x, conv1.w: [2×2×3×3], conv1.b: [2]) {pads 1 1 1 1, relu}
        relu2: [1×2×5×5] = Conv(relu1, conv2.w: [2×2×3×3], conv2.b: [2], x) {pads 1 1 1 1, \
        residual, relu}
        return relu2
        """)
    #expect(result.graph.nodes.map(\.name) == ["conv1", "conv2"])
    #expect(result.steps == 5)
    #expect(try difference(got: result.graph, want: graph, seed: 5) == nil)
  }

  @Test func aFullyConnectedLayerBecomesOneGemm() throws {
    var net = Net()
    let x = net.input("x", [2, 3])
    let product = try net.node("matmul", MatMul(), x, net.weight("w", [3, 4]))
    let sum = try net.binary("add", .add, net.weight("b", [4]), product)
    let graph = net.returning(try net.activation("relu", .relu, sum))
    let result = try PassPipeline.reference.run(graph)
    #expect(
      result.graph.text == """
        relu: [2×4] = Gemm(x, w: [4×3], matmul.bias: [4]) {transposesB, relu}
        return relu
        """)
    #expect(try difference(got: result.graph, want: graph, seed: 5) == nil)
  }

  @Test func everyLimitGivesAGraphOfTheSameFunction() throws {
    let graph = try RandomNet(seed: 3).graph()
    let whole = try PassPipeline.reference.run(graph)
    #expect(whole.steps > 8)
    for limit in 0...whole.steps {
      let part = try PassPipeline.reference.run(graph, limit: limit)
      #expect(part.steps == limit)
      #expect(part.reports.reduce(0) { $0 + $1.applied.count } == limit)
      #expect(try difference(got: part.graph, want: graph, seed: 1) == nil, "limit \(limit)")
      if limit == 0 { #expect(part.graph.description == graph.description) }
      if limit == whole.steps {
        #expect(part.graph.description == whole.graph.description)
      }
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func everyPassKeepsTheFunctionOfRandomNets(seed: UInt64) throws {
    let graph = try RandomNet(seed: seed).graph()
    for pass in PassPipeline.reference.passes {
      let result = try PassPipeline([pass]).run(graph)
      let difference = try difference(got: result.graph, want: graph, seed: seed)
      #expect(difference == nil, "\(pass.name), seed \(seed)\n\(graph)\n\(result.graph)")
    }
    let result = try PassPipeline.reference.run(graph)
    let difference = try difference(got: result.graph, want: graph, seed: seed)
    #expect(difference == nil, "seed \(seed)\n\(graph)\n\(result.graph)")
    let again = try PassPipeline.reference.run(result.graph)
    #expect(again.steps == 0, "seed \(seed): not at rest\n\(result.graph)\n\(again.graph)")
  }

  @Test func aDeepNetTakesFewSweeps() throws {
    var net = Net()
    var y = net.input("x", [1, 1, 2, 2])
    for index in 0..<400 {
      y = try net.normalization("bn\(index)", net.conv("conv\(index)", y, filters: 1))
      y = try net.node("copy\(index)", Identity(), net.activation("relu\(index)", .relu, y))
    }
    let result = try PassPipeline.reference.run(net.returning(y))
    #expect(result.graph.nodes.count == 400)
    #expect(result.steps == 1200)
  }
}
