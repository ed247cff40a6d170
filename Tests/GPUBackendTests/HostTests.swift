import GPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Nodes without a kernel: refused, or computed on the host.
@Suite struct HostTests {
  /// Expects that the last node is refused for a reason, and evaluated where there is an evaluator.
  private func expect(
    because reason: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (inout CaseGraph) throws -> Void
  ) throws {
    var net = CaseGraph(seed: 1)
    try build(&net)
    let node = try #require(net.graph.nodes.last)
    let options = CompileOptions(threads: 1)
    let error = #expect(throws: HewnError.self, sourceLocation: sourceLocation) {
      try GPUHarness.backend().compile(net.graph, options: options)
    }
    #expect(error?.code == .unsupported, sourceLocation: sourceLocation)
    #expect(error?.node == node.label, sourceLocation: sourceLocation)
    #expect(
      error?.message.contains(reason) == true, "\(error?.message ?? "none")",
      sourceLocation: sourceLocation)
    #expect(error?.message.contains("--cpu-fallback") == true, sourceLocation: sourceLocation)

    let plan = try GPUHarness.backend(evaluate: Reference.evaluate)
      .compile(net.graph, options: options)
    let layer = plan.layers.first { $0.name == node.name }
    #expect(layer?.engine == "reference", sourceLocation: sourceLocation)
    #expect(
      layer?.reason.contains(reason) == true, "\(layer?.reason ?? "none")",
      sourceLocation: sourceLocation)
    let count = net.graph.outputs.count
    let got = try plan.makeSession().run(net.inputs, outputCount: count)
    let want = try GPUHarness.outputs(of: net.graph, ReferenceBackend(), net.inputs, options)
    for (got, want) in zip(got, want) {
      #expect(got.type == want.type, sourceLocation: sourceLocation)
      let violation = Tolerance.relativeToLargest(1e-6)
        .violation(got: got.floats(), want: want.doubles())
      #expect(violation == nil, "\(violation ?? "")", sourceLocation: sourceLocation)
    }
  }

  private func expect(
    because reason: String, _ op: any Operator, _ arguments: OperatorCase.Argument?...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expect(because: reason, sourceLocation: sourceLocation) { net in
      let inputs = arguments.map { $0?.value(in: &net) }
      net.graph.outputs += try net.graph.addNode(op, inputs, name: "node")
    }
  }

  @Test func mixedImages() throws {
    let x = OperatorCase.Argument.input([3, 2, 4])
    try expect(because: "keep the images", Concat(axis: 0), x, x)
    try expect(because: "keep the images", Reshape(), x, .integers([6, 4]))
    try expect(because: "keep the images", Flatten(axis: 2), x)
    try expect(because: "keep the images", Binary(.add), x, .input([1, 2, 4]))
    try expect(because: "keep the images", Binary(.add), .input([1, 2, 4]), .constant([3, 2, 4]))
    try expect(
      because: "keep the images", Slice(), x, .integers([1]), .integers([3]), .integers([0]))
    try expect(
      because: "reorders images", Slice(), x, .integers([-1]), .integers([-9]), .integers([0]),
      .integers([-1]))
    try expect(
      because: "moves the axis of images", Transpose(permutation: [1, 0, 2]), .input([3, 3, 2]))
    try expect(because: "reduces images", Reduce(.sum), .input([1, 3]), .integers([0]))
    try expect(because: "across images", Softmax(axis: 0), x)
    try expect(because: "across images", LayerNormalization(axis: 0), x, .constant([3, 2, 4]))
    try expect(because: "chooses images", Gather(axis: 0), x, .integers([2, 0, 1]))
    try expect(because: "parts images", Split(axis: 0, outputCount: 1), x)
    try expect(because: "adds an axis", Expand(), .input([3, 1]), .integers([3, 1, 2]))
    try expect(because: "adds images", Pad(), x, .integers([1, 0, 0, -1, 0, 0]))
  }

  @Test func runTimeParameters() throws {
    let (x, w) = (
      OperatorCase.Argument.input([3, 2, 4, 4]), OperatorCase.Argument.input([3, 2, 3, 3])
    )
    try expect(because: "weights", Conv(kernel: [3, 3]), x, w)
    try expect(because: "weights", ConvTranspose(kernel: [3, 3]), .input([3, 3, 2, 2]), w)
    try expect(because: "weights", Gemm(), .input([2, 2]), .input([2, 3]))
    try expect(because: "bias", Gemm(), .input([3, 2]), .constant([2, 3]), .input([3]))
    try expect(because: "two operands", MatMul(), .input([2, 2]), .input([2, 3]))
    try expect(because: "on the left", MatMul(), .constant([2, 2]), .input([2, 3]))
    try expect(
      because: "parameters", InstanceNormalization(), .input([2, 2, 3]), .input([2]), .constant([2])
    )
    try expect(
      because: "statistics", BatchNormalization(), .input([2, 2]), .input([2]), .input([2]),
      .input([2]), .tensor(Tensor([2], [Float(1), 2])))
    try expect(because: "this form of Clip", Clip(), .input([1]), .random([1]))
    try expect(because: "this form of Pow", Binary(.power), .scalar(2), .input([3]))
  }

  @Test func otherForms() throws {
    try expect(
      because: "C of shape", Gemm(), .input([4, 2]), .constant([2, 3]), .constant([4, 1]))
    try expect(
      because: "transposed input", Gemm(transposesA: true), .input([4, 4]), .constant([4, 3]))
    try expect(
      because: "3 spatial axes", Conv(), .input([1, 2, 3, 3, 3]), .constant([2, 2, 2, 2, 2]))
    try expect(
      because: "3 spatial axes", MaxPool(PoolingWindow(kernel: [2, 1, 2])), .input([1, 2, 3, 3, 3]))
    try expect(because: "Hardmax", Softmax(.hard), .input([3, 4]))
    try expect(because: "no GPU kernel", Reduce(.logSum), .positive([3, 4]), .integers([1]))
    try expect(because: "this form of Cos", Unary(.trigonometric(.cos)), .input([3, 4]))
    try expect(
      because: "interpolation", Resize(mode: .linear), .input([2, 2, 2, 2]), nil,
      .floats([1, 2, 2, 2]))
    try expect(
      because: "InvStdDev", LayerNormalization(statistics: .float32), .input([4, 3]), .constant([3])
    )
    let x = OperatorCase.Argument.input([2, 3])
    try expect(because: "9 inputs", Mean(), x, x, x, x, x, x, x, x, x)
    try expect(
      because: "6 axes", Binary(.add), .input([2, 2, 1, 2, 1, 2]), .input([2, 1, 2, 1, 2, 1]))
    try expect(
      because: "8 axes", Transpose(permutation: [0, 7, 6, 5, 4, 3, 2, 1]),
      .input([1, 2, 1, 2, 1, 2, 1, 2]))
    try expect(
      because: "CumSum", Cumulate(.sum), .input([2, 3]), .tensor(Tensor(scalar: Int64(1))))
  }

  @Test func typesAndSizes() throws {
    try expect(because: "no GPU kernel for ArgMax", ArgReduce(.max, axis: 1), .input([3, 4]))
    try expect(
      because: "int64", MaxPool(PoolingWindow(kernel: [2, 2]), indices: .rowMajor),
      .input([1, 2, 4, 5]))
    try expect(because: "without elements", Reduce(.sum), .input([2, 0, 4]), .integers([1]))
    try expect(because: "without elements", Concat(axis: 1), .input([2, 0]), .input([2, 3]))
    try expect(because: "without axes", Unary(.negate), .random([]))
    try expect(because: "without axes", Reduce(.sum, keepsDimensions: false), .input([3, 4]))
  }

  /// Numbers of other types between nodes, in inputs and in outputs.
  @Test func hostValues() throws {
    var net = CaseGraph(seed: 1)
    let (x, index) = (net.coarseInput([3, 4]), net.input(Tensor([2], [Int64(3), -1])))
    _ = net.input(Tensor([1], [true]))
    let y = try net.add(Unary(.activation(.relu)), [x])
    let chosen = try net.add(Gather(axis: 1), [y, index])
    let greatest = try net.add(ArgReduce(.max, axis: 1), [y])
    let doubled = try net.add(Binary(.add), [greatest, greatest])
    let number = try net.add(Cast(to: .float32), [doubled])
    net.output(try net.add(Binary(.multiply), [chosen, number]), doubled, index, greatest)
    let options = CompileOptions(threads: 1)
    let backend = try GPUHarness.backend(evaluate: Reference.evaluate)
    let got = try GPUHarness.outputs(of: net.graph, backend, net.inputs, options)
    let want = try GPUHarness.outputs(of: net.graph, ReferenceBackend(), net.inputs, options)
    for (got, want) in zip(got, want) {
      #expect(got.type == want.type && got.doubles() == want.doubles())
    }
  }

  /// Channels whose groups lie apart, read by the host, and results of the host that are joined.
  @Test func hostChannels() throws {
    var net = CaseGraph(seed: 1)
    let x = net.input([9, 4, 3])
    let halves = try net.graph.addNode(Split(axis: 1, outputCount: 2), [x], name: "split")
    let cosine = Unary(.trigonometric(.cos))
    let (a, b) = (try net.add(cosine, [halves[1]]), try net.add(Unary(.negate), [halves[1]]))
    let joined = try net.add(Concat(axis: 1), [b, a, halves[0]])
    net.output(try net.add(cosine, [joined]), joined, halves[1])
    let options = CompileOptions(threads: 1)
    let backend = try GPUHarness.backend(evaluate: Reference.evaluate)
    let got = try GPUHarness.outputs(of: net.graph, backend, net.inputs, options)
    let want = try GPUHarness.outputs(of: net.graph, ReferenceBackend(), net.inputs, options)
    for (got, want) in zip(got, want) {
      let violation = Tolerance.close.violation(got: got.floats(), want: want.doubles())
      #expect(violation == nil, "\(violation ?? "")")
    }
  }

  @Test func trimmedOutputs() throws {
    var net = CaseGraph(seed: 1)
    let boxes = net.input(Tensor([1, 3, 4], [0, 0, 1, 1, 1, 1, 0, 0.1, 0, 2, 1, 3] as [Float]))
    let scores = net.input(Tensor([1, 1, 3], [0.5, 0.9, 0.7] as [Float]))
    let most = net.constant(Tensor([1], [Int64(3)]))
    let threshold = net.constant(Tensor(scalar: Float(0.5)))
    net.output(try net.add(NonMaxSuppression(), [boxes, scores, most, threshold]))
    net.graph.trimmedOutputs = [0]
    let got = try GPUHarness.outputs(
      of: net.graph, try GPUHarness.backend(evaluate: Reference.evaluate), net.inputs,
      CompileOptions(threads: 1))
    #expect(got[0].type == TensorType(.int64, [2, 3]))
    #expect(got[0].elements(as: Int64.self) == [0, 0, 1, 0, 0, 2])
  }

  @Test("what fails while running is thrown with its node, and the session runs again")
  func runTimeErrors() throws {
    var net = CaseGraph(seed: 1)
    let (x, index) = (net.input([1, 3]), net.input(Tensor([1], [Int64(3)])))
    net.output(try net.add(Gather(axis: 1), [x, index]))
    let session = try GPUHarness.backend(evaluate: Reference.evaluate)
      .compile(net.graph, options: CompileOptions(threads: 1)).makeSession()
    let error = #expect(throws: HewnError.self) { try session.run(net.inputs, outputCount: 1) }
    #expect(error?.node == "Gather \"node0\"")
    try session.setInput(1, Tensor([1], [Int64(-1)]))
    try session.execute()
    #expect(try session.output(0).floats() == [net.inputs[0].floats()[2]])
  }

  @Test func tooLarge() throws {
    for shape: Shape in [[1 << 20, 2], [8, 1 << 30]] {
      var graph = Graph(name: "large")
      graph.outputs = [graph.addInput("x", TensorType(.float32, shape))]
      let error = #expect(throws: HewnError.self) {
        try GPUHarness.backend().compile(graph, options: CompileOptions(threads: 1))
      }
      #expect(error?.node == "Input \"x\"")
      #expect(error?.message.contains("smaller batch") == true, "\(shape): \(error?.message ?? "")")
    }
  }

  /// Depth costs no stack and no more than proportional time.
  @Test func longGraphs() throws {
    var net = CaseGraph(seed: 1)
    var x = net.input([1, 1])
    for _ in 0..<20_000 { x = try net.add(Flatten(), [x]) }
    for index in 0..<3_000 {
      x = try net.add(index % 3 == 0 ? Softmax(axis: 1) : Unary(.negate), [x])
    }
    for _ in 0..<2_000 { x = try net.add(Concat(axis: 1), [x]) }
    net.output(x)
    let plan = try GPUHarness.backend().compileForGPU(net.graph, options: .init(threads: 1))
    #expect(plan.program.steps.count < 10_000)
  }
}
