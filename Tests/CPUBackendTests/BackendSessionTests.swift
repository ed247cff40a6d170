import CPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct BackendSessionTests {
  private static func network(seed: UInt64) throws -> CaseGraph {
    var net = CaseGraph(seed: seed)
    try BackendNetworkTests.addRandomNodes(&net)
    return net
  }

  private static func inputs(_ net: CaseGraph, seed: UInt64) -> [Tensor] {
    net.inputs.map { .random($0.shape, seed: seed) }
  }

  private static func elements(_ tensors: [Tensor]) -> [[Float]] {
    tensors.map { $0.elements(as: Float.self) }
  }

  /// Running again gives the same bits; what an earlier input left behind does not show.
  @Test(arguments: 100..<120 as Range<UInt64>)
  func runsAgain(seed: UInt64) throws {
    let net = try Self.network(seed: seed)
    let count = net.graph.outputs.count
    let other = Self.inputs(net, seed: seed &+ 9)
    for threads in [1, 2] {
      let plan = try CPUBackend(evaluate: Reference.evaluate).compile(
        net.graph, options: CompileOptions(threads: threads))
      let session = try plan.makeSession()
      let first = Self.elements(try session.run(net.inputs, outputCount: count))
      for _ in 0..<3 {
        try session.execute()
        let again = Self.elements(try (0..<count).map { try session.output($0) })
        let difference = BackendHarness.bitDifference(again, first)
        #expect(
          difference == nil, "seed \(seed), \(threads) threads, run again: \(difference ?? "")")
      }
      let fresh = try plan.makeSession()
      let want = Self.elements(try fresh.run(other, outputCount: count))
      let got = Self.elements(try session.run(other, outputCount: count))
      let difference = BackendHarness.bitDifference(got, want)
      #expect(
        difference == nil,
        "seed \(seed), \(threads) threads, after another input: \(difference ?? "")")
    }
  }

  /// An input full of NaN or infinities ends in an output, and is forgotten with the next input.
  @Test(arguments: 200..<210 as Range<UInt64>, [Float.nan, .infinity, -.infinity])
  func forgetsNonFiniteInputs(seed: UInt64, value: Float) throws {
    let net = try Self.network(seed: seed)
    let count = net.graph.outputs.count
    let plan = try CPUBackend(evaluate: Reference.evaluate).compile(
      net.graph, options: CompileOptions(threads: 2))
    let want = Self.elements(try plan.makeSession().run(net.inputs, outputCount: count))
    let session = try plan.makeSession()
    let bad = net.inputs.map {
      Tensor($0.shape, [Float](repeating: value, count: $0.shape.elementCount))
    }
    _ = try session.run(bad, outputCount: count)
    let got = Self.elements(try session.run(net.inputs, outputCount: count))
    let difference = BackendHarness.bitDifference(got, want)
    #expect(difference == nil, "seed \(seed), \(value): \(difference ?? "")")
  }

  /// Sessions of one plan share nothing that changes.
  @Test func sessionsAtOnce() async throws {
    let net = try Self.network(seed: 300)
    let count = net.graph.outputs.count
    let plan = try CPUBackend(evaluate: Reference.evaluate).compile(
      net.graph, options: CompileOptions(threads: 2))
    let inputs = (0..<3).map { Self.inputs(net, seed: $0) }
    let wants = try inputs.map {
      Self.elements(try plan.makeSession().run($0, outputCount: count))
    }
    try await withThrowingTaskGroup(of: String?.self) { group in
      for (input, want) in zip(inputs, wants) {
        group.addTask {
          let session = try plan.makeSession()
          for _ in 0..<50 {
            let got = Self.elements(try session.run(input, outputCount: count))
            if let difference = BackendHarness.bitDifference(got, want) { return difference }
          }
          return nil
        }
      }
      for try await difference in group { #expect(difference == nil) }
    }
  }

  @Test func rejectsOtherTypes() throws {
    var net = CaseGraph(seed: 1)
    let x = net.input([1, 3, 4, 4])
    net.output(try net.conv(x, filters: 2, Conv(kernel: [3, 3])))
    let session = try CPUBackend(evaluate: Reference.evaluate).compile(
      net.graph, options: CompileOptions(threads: 1)
    )
    .makeSession()
    let wrong = [
      Tensor.random([1, 3, 4, 5], seed: 1), .random([3, 4, 4], seed: 1), .random([], seed: 1),
      Tensor([1, 3, 4, 4], [Double](repeating: 0, count: 48)),
      Tensor([1, 3, 4, 4], [Int64](repeating: 0, count: 48)),
    ]
    for tensor in wrong {
      let error = #expect(throws: HewnError.self) { try session.setInput(0, tensor) }
      #expect(error?.code == .invalidArgument, "\(tensor.type)")
      #expect(error?.message.contains("input1") == true, "\(tensor.type): \(error?.message ?? "")")
    }
  }

  /// Times are added for each layer; running this way gives the same bits.
  @Test func addsTimes() throws {
    let net = try Self.network(seed: 301)
    let plan = try CPUBackend(evaluate: Reference.evaluate).compile(
      net.graph, options: CompileOptions(threads: 2))
    let session = try plan.makeSession()
    let count = net.graph.outputs.count
    let want = Self.elements(try session.run(net.inputs, outputCount: count))
    var times = [UInt64](repeating: 0, count: plan.layers.count)
    try times.withUnsafeMutableBufferPointer { try session.execute(addingTimesTo: $0) }
    let once = times
    try times.withUnsafeMutableBufferPointer { try session.execute(addingTimesTo: $0) }
    let got = Self.elements(try (0..<count).map { try session.output($0) })
    #expect(BackendHarness.bitDifference(got, want) == nil)
    #expect(once.contains { $0 > 0 } && zip(times, once).allSatisfy { $0 >= $1 })
  }

  /// The plan says what its layers are: one report for each node in order, engines among the known.
  @Test func reportsLayers() throws {
    var net = CaseGraph(seed: 2)
    let x = net.input([1, 16, 16, 16])
    let a = try net.conv(x, filters: 32, Conv(kernel: [3, 3]), density: 0.05)
    net.output(try net.conv(a, filters: 32, Conv(kernel: [3, 3], strides: [2, 2]), density: 1))
    let graph = net.graph
    for engine in Engine.allCases {
      let plan = try CPUBackend(evaluate: Reference.evaluate).compile(
        graph, options: CompileOptions(engine: engine, threads: 1))
      let convolutions = plan.layers.filter { $0.matrix != nil }
      let want = engine == .sparse ? ["sparse", "dense"] : ["dense", "dense"]
      #expect(convolutions.map(\.engine) == want, "\(convolutions.map(\.reason))")
      #expect(convolutions.map(\.name) == graph.nodes.map(\.name))
      #expect(plan.arenaByteCount > 0 && plan.weightByteCount > 0)
      #expect(convolutions.allSatisfy { ($0.predictedMilliseconds ?? 0) > 0 && $0.reason != "" })
    }
  }
}
