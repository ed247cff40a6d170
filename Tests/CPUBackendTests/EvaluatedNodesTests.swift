import CPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Nodes without a kernel: the evaluator computes them, and the report says why.
@Suite struct EvaluatedNodesTests {
  /// Expects the reference's outputs, and the reason in the report of the last layer.
  private func expect(
    because reason: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (inout CaseGraph) throws -> Void
  ) throws {
    var net = CaseGraph(seed: 1)
    try build(&net)
    let plan = try CPUBackend(evaluate: Reference.evaluate)
      .compile(net.graph, options: CompileOptions(threads: 2))
    #expect(plan.layers.last?.engine == "reference", sourceLocation: sourceLocation)
    #expect(
      plan.layers.last?.reason.contains(reason) == true, "\(plan.layers.last?.reason ?? "none")",
      sourceLocation: sourceLocation)
    let count = net.graph.outputs.count
    let got = try plan.makeSession().run(net.inputs, outputCount: count)
    let want = try ReferenceBackend().compile(net.graph, options: CompileOptions(threads: 1))
      .makeSession().run(net.inputs, outputCount: count)
    for (got, want) in zip(got, want) {
      #expect(got.type == want.type, sourceLocation: sourceLocation)
      let violation = Tolerance.relativeToLargest(1e-6)
        .violation(got: got.floats(), want: want.doubles())
      #expect(violation == nil, "\(violation ?? "")", sourceLocation: sourceLocation)
    }
  }

  @Test func weightsAtRunTime() throws {
    try expect(because: "weights") { net in
      let (x, w) = (net.input([1, 2, 5, 5]), net.input([3, 2, 3, 3]))
      net.output(try net.add(Conv(kernel: [3, 3]), [x, w]))
    }
    try expect(because: "weights") { net in
      let (x, w) = (net.input([1, 2, 5, 5]), net.input([2, 3, 3, 3]))
      net.output(try net.add(ConvTranspose(kernel: [3, 3]), [x, w]))
    }
    try expect(because: "weights") { net in
      net.output(try net.add(Gemm(), [net.input([1, 2]), net.input([2, 3])]))
    }
  }

  @Test func threeSpatialAxes() throws {
    try expect(because: "3 spatial axes") { net in
      let (x, w) = (net.input([1, 2, 4, 5, 6]), net.constant([3, 2, 2, 3, 2]))
      net.output(try net.add(Conv(), [x, w]))
    }
    try expect(because: "3 spatial axes") { net in
      let (x, w) = (net.input([1, 2, 2, 3, 2]), net.constant([2, 3, 2, 2, 3]))
      net.output(try net.add(ConvTranspose(strides: [2, 1, 2]), [x, w]))
    }
    try expect(because: "3 spatial axes") { net in
      net.output(
        try net.add(MaxPool(PoolingWindow(kernel: [2, 1, 3])), [net.input([1, 2, 4, 5, 6])]))
    }
    try expect(because: "3 spatial axes") { net in
      net.output(
        try net.add(AveragePool(PoolingWindow(kernel: [2, 1, 3])), [net.input([1, 2, 4, 5, 6])]))
    }
  }

  @Test func maximaWithIndices() throws {
    try expect(because: "int64") { net in
      let pool = MaxPool(PoolingWindow(kernel: [2, 2]), indices: .rowMajor)
      net.output(try net.graph.addNode(pool, [net.input([1, 2, 4, 5])], name: "pool")[0])
    }
  }

  @Test func normalizationsWithoutKernel() throws {
    try expect(because: "parameters computed at run time") { net in
      let inputs = [net.input([1, 2, 5, 5]), net.input([2]), net.constant([2])]
      net.output(try net.add(InstanceNormalization(), inputs))
    }
    try expect(because: "parameters of shape") { net in
      let inputs = [net.input([4, 3]), net.constant([4, 1])]
      net.output(try net.add(LayerNormalization(), inputs))
    }
    try expect(because: "Mean and InvStdDev") { net in
      let op = LayerNormalization(statistics: .float32)
      let outputs = try net.graph.addNode(op, [net.input([4, 3]), net.constant([3])], name: "n")
      for output in outputs { net.output(output) }
    }
    try expect(because: "axes [1]") { net in
      net.output(
        try net.add(MeanVarianceNormalization(axes: [1]), [net.input([2, 4, 3])]))
    }
  }

  @Test func biasAtRunTime() throws {
    try expect(because: "bias") { net in
      let (x, w, b) = (net.input([1, 2, 5, 5]), net.constant([3, 2, 3, 3]), net.input([3]))
      net.output(try net.add(Conv(kernel: [3, 3]), [x, w, b]))
    }
    try expect(because: "bias") { net in
      let (x, w, c) = (net.input([4, 2]), net.constant([2, 3]), net.input([3]))
      net.output(try net.add(Gemm(), [x, w, c]))
    }
    try expect(because: "C of shape") { net in
      let (x, w, c) = (net.input([4, 2]), net.constant([2, 3]), net.constant([4, 1]))
      net.output(try net.add(Gemm(), [x, w, c]))
    }
  }

  @Test func transposedInput() throws {
    try expect(because: "transposed input") { net in
      let (x, w) = (net.input([4, 2]), net.constant([4, 3]))
      net.output(try net.add(Gemm(transposesA: true), [x, w]))
    }
  }

  @Test func tensorsWithoutElements() throws {
    try expect(because: "without elements") { net in
      net.output(try net.add(Reduce(.sum), [net.input([2, 0, 4])]))
    }
    try expect(because: "without elements") { net in
      let (x, y) = (net.input([2, 0]), net.input([2, 3]))
      net.output(try net.add(Concat(axis: 1), [x, y]))
    }
  }

  /// Kernels before and after a node of another type, in an arena that they share.
  @Test func otherTypesBetweenKernels() throws {
    try expect(because: "int32") { net in
      let x = try net.add(Unary(.activation(.relu)), [net.input([2, 3, 4, 5])])
      net.output(try net.add(Cast(to: .int32), [x]))
    }
    try expect(because: "int8") { net in
      let x = net.input([2, 3, 4, 5])
      let whole = try net.add(Cast(to: .int8), [x])
      net.output(try net.add(Binary(.add), [whole, whole]))
    }
  }

  /// Inputs and outputs of other types, also where no node reads them.
  @Test func otherInputs() throws {
    var net = CaseGraph(seed: 1)
    let x = net.graph.addInput("x", TensorType(.int64, [3]))
    _ = net.graph.addInput("unread", TensorType(.bool, [1]))
    net.output(x, try net.add(Binary(.multiply), [x, x]))
    let session = try CPUBackend(evaluate: Reference.evaluate)
      .compile(net.graph, options: CompileOptions(threads: 1)).makeSession()
    let values: [Int64] = [3, -1, .max]
    let got = try session.run([Tensor([3], values), Tensor([1], [true])], outputCount: 2)
    #expect(got[0].elements(as: Int64.self) == values)
    #expect(got[1].elements(as: Int64.self) == [9, 1, 1])
  }

  @Test("rows that a selection leaves over are no part of the output, on both backends")
  func trimmedOutputs() throws {
    var net = CaseGraph(seed: 1)
    let (boxes, scores) = (net.input([1, 3, 4]), net.input([1, 1, 3]))
    let most = net.graph.addConstant("most", Tensor([1], [Int64(3)]))
    let threshold = net.graph.addConstant("threshold", Tensor(scalar: Float(0.5)))
    net.output(try net.add(NonMaxSuppression(), [boxes, scores, most, threshold]))
    net.graph.trimmedOutputs = [0]
    let given = [
      Tensor([1, 3, 4], [0, 0, 1, 1, 1, 1, 0, 0.1, 0, 2, 1, 3] as [Float]),
      Tensor([1, 1, 3], [0.5, 0.9, 0.7] as [Float]),
    ]
    let backends: [any Backend] = [
      try CPUBackend(evaluate: Reference.evaluate), ReferenceBackend(),
    ]
    for backend in backends {
      let plan = try backend.compile(net.graph, options: CompileOptions(threads: 1))
      #expect(plan.outputs[0].type.shape == [3, 3] && plan.outputs[0].isTrimmed)
      let got = try plan.makeSession().run(given, outputCount: 1)[0]
      #expect(got.type == TensorType(.int64, [2, 3]))
      #expect(got.elements(as: Int64.self) == [0, 0, 1, 0, 0, 2])
    }
  }

  @Test("what fails while running is thrown with its node, and the session runs again")
  func runtimeErrors() throws {
    var net = CaseGraph(seed: 1)
    let x = net.input([3])
    let index = net.graph.addInput("index", TensorType(.int64, []))
    net.output(try net.add(Gather(), [x, index]))
    let session = try CPUBackend(evaluate: Reference.evaluate)
      .compile(net.graph, options: CompileOptions(threads: 2)).makeSession()
    try session.setInput(0, net.inputs[0])
    try session.setInput(1, Tensor(scalar: Int64(3)))
    let error = #expect(throws: HewnError.self) { try session.execute() }
    #expect(error?.code == .invalidFile)
    #expect(error?.node == "Gather \"node0\"")
    try session.setInput(1, Tensor(scalar: Int64(-1)))
    try session.execute()
    #expect(try session.output(0).floats() == [net.inputs[0].floats()[2]])
  }
}
