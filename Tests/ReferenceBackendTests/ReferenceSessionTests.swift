import Graphs
import ReferenceBackend
import Runtime
import Tensors
import Testing

@Suite("The reference backend runs graphs in double precision")
struct ReferenceSessionTests {
  private func compile(_ graph: Graph) throws -> any Plan {
    try ReferenceBackend().compile(graph, options: CompileOptions(threads: 1))
  }

  private func session(_ plan: any Plan) throws -> ReferenceSession {
    try #require(try plan.makeSession() as? ReferenceSession)
  }

  @Test("intermediate values are not rounded to single precision")
  func doublePrecision() throws {
    var graph = Graph(name: "rounding")
    let x = graph.addInput("x", TensorType(.float32, [1]))
    let small = graph.addConstant("small", .floats([1], [0x1p-40]))
    let sum = try graph.addNode(Binary(.add), [x, small], name: "sum")
    graph.outputs = sum + (try graph.addNode(Binary(.subtract), [sum[0], x], name: "rest"))
    let session = try session(try compile(graph))
    try session.setInput(0, .floats([1], [1]))
    try session.execute()
    #expect(try session.outputDoubles(0) == [1 + 0x1p-40])
    #expect(try session.output(0).elements(as: Float.self) == [1])
    #expect(try session.output(1).elements(as: Float.self) == [0x1p-40])
  }

  @Test("a session runs again with new inputs; values live until their last use")
  func residual() throws {
    var graph = Graph(name: "residual")
    let type = TensorType(.float32, [100])
    let x = graph.addInput("x", type)
    var value = x
    for index in 0..<5 {
      value = try graph.addNode(Unary(.negate), [value], name: "negate \(index)")[0]
    }
    graph.outputs = try graph.addNode(Binary(.add), [value, x], name: "add")
    let plan = try compile(graph)
    // The input, which the sum reads, and two neighbours of the chain.
    #expect(plan.arenaByteCount == 3 * 100 * 8)
    #expect(plan.inputs == [Port(name: "x", type: type)])
    #expect(plan.outputs == [Port(name: "add", type: type)])
    let session = try session(plan)
    for seed in 1...3 as ClosedRange<UInt64> {
      let input = Tensor(type.shape, Tensor.randomDoubles(type.shape, seed: seed).floats())
      try session.setInput(0, input)
      try session.execute()
      #expect(try session.output(0).floats().allSatisfy { $0 == 0 })
      #expect(try session.output(0).type == type)
    }
    var times = [UInt64](repeating: 0, count: plan.layers.count)
    try times.withUnsafeMutableBufferPointer { try session.execute(addingTimesTo: $0) }
    #expect(try session.outputDoubles(0).allSatisfy { $0 == 0 })
  }

  @Test("outputs may be inputs and constants")
  func trivialOutputs() throws {
    var graph = Graph(name: "trivial")
    let x = graph.addInput("x", TensorType(.int64, [2]))
    graph.outputs = [graph.addConstant("c", .floats([1], [0.5])), x]
    let session = try session(try compile(graph))
    try session.setInput(0, .int64s([2], [3, .max]))
    try session.execute()
    #expect(try session.output(0).elements(as: Float.self) == [0.5])
    #expect(try session.output(1).elements(as: Int64.self) == [3, .max])
  }

  @Test("nodes with known outputs do not run")
  func knownOutputs() throws {
    var graph = Graph(name: "known")
    let x = graph.addInput("x", TensorType(.float32, [2, 3]))
    let shape = try graph.addNode(ShapeOf(), [x], name: "shape")
    // Not what the operator gives, so that running it would show.
    graph[shape[0]].constant = .int64s([2], [4, 5])
    graph.outputs = shape
    let session = try session(try compile(graph))
    try session.setInput(0, .floats([2, 3], [0, 0, 0, 0, 0, 0]))
    try session.execute()
    #expect(try session.output(0).elements(as: Int64.self) == [4, 5])
  }

  @Test("what fails while running is thrown with its node")
  func runtimeErrors() throws {
    var graph = Graph(name: "errors")
    let x = graph.addInput("x", TensorType(.float32, [3]))
    let index = graph.addInput("index", TensorType(.int64, []))
    graph.outputs = try graph.addNode(Gather(), [x, index], name: "pick")
    let session = try session(try compile(graph))

    func expectError(
      _ code: HewnError.Code, _ part: String, from body: () throws -> Void
    ) {
      let error = #expect(throws: HewnError.self) { try body() }
      #expect(error?.code == code)
      #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }
    expectError(.invalidArgument, "not run") { _ = try session.output(0) }
    try session.setInput(0, .floats([3], [1, 2, 3]))
    expectError(.invalidArgument, "\"index\" is not set") { try session.execute() }
    try session.setInput(1, Tensor(scalar: Int64(3)))
    expectError(.invalidFile, "Gather \"pick\"") { try session.execute() }
    expectError(.invalidArgument, "not run") { _ = try session.output(0) }
    try session.setInput(1, Tensor(scalar: Int64(-1)))
    try session.execute()
    #expect(try session.output(0).elements(as: Float.self) == [3])

    for wrong in [Tensor.floats([2], [1, 2]), .doubles([3], [1, 2, 3])] {
      let error = #expect(throws: HewnError.self) { try session.setInput(0, wrong) }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test("an unknown operator is refused before anything runs")
  func unknownOperator() throws {
    struct Mystery: Operator {
      var name: String { "Mystery" }
      func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] { [] }
    }
    var graph = Graph(name: "unknown")
    try graph.addNode(Mystery(), [], name: "what")
    let error = #expect(throws: HewnError.self) { try compile(graph) }
    #expect(error?.code == .unsupported)
    #expect(error?.node == "Mystery \"what\"")
  }

  @Test("each node reports its fused name and its arithmetic")
  func layers() throws {
    var graph = Graph(name: "layers")
    let x = graph.addInput("x", TensorType(.float32, [1, 2, 3, 3]))
    let w = graph.addConstant("w", .floats([2, 2, 1, 1], [1, 0, 0, 0]))
    let conv = Conv(activation: .relu, addsResidual: true)
    graph.outputs = try graph.addNode(conv, [x, w, nil, x], name: "conv")
    let plan = try compile(graph)
    #expect(plan.layers.map(\.name) == ["conv"])
    #expect(plan.layers.map(\.op) == ["Conv+Add+Relu"])
    #expect(plan.layers.map(\.engine) == ["other"])
    #expect(plan.layers.map(\.denseFlops) == [2 * 2 * 2 * 9])
    #expect(plan.layers.map(\.nonZeroFlops) == [2 * 9])
    #expect(plan.weightByteCount == 4 * 8)
  }
}
