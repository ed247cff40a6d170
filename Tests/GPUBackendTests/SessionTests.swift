import GPUBackend
import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

/// What enters and leaves a plan, and what its sessions keep.
@Suite struct SessionTests {
  @Test func outputsOfEveryKind() {
    GPUHarness.expect([
      OperatorCase("an input, a constant, a value twice") { net in
        let x = net.coarseInput([3, 4])
        let y = try net.add(Unary(.negate), [x])
        net.output(x, net.constant([2, 2]), y, y)
      },
      OperatorCase("views of an input, and an input that is not read") { net in
        let x = net.coarseInput([9, 2, 3])
        _ = net.input([2, 2])
        net.output(try net.add(Flatten(), [x]), try net.add(Identity(), [x]))
      },
    ])
  }

  /// A network with parts, views, chains and several outputs, whose buffers take turns.
  private static func network(images: Int, seed: UInt64 = 1) throws -> CaseGraph {
    var net = CaseGraph(seed: seed)
    let x = net.input([images, 3, 6, 6])
    let same = Padding.explicit(begin: [1, 1], end: [1, 1])
    let a = try net.conv(x, filters: 8, Conv(kernel: [3, 3], padding: same, activation: .relu))
    let b = try net.conv(a, filters: 8, Conv(kernel: [1, 1], activation: .tanh))
    let joined = try net.add(Concat(axis: 1), [a, b])
    let c = try net.conv(
      joined, filters: 16, Conv(kernel: [3, 3], padding: same, addsResidual: true),
      residual: joined)
    let halves = try net.graph.addNode(Split(axis: 1, outputCount: 2), [c], name: "split")
    let d = try net.add(
      Binary(.multiply), [halves[0], try net.add(Unary(.activation(.sigmoid)), [halves[1]])])
    let e = try net.add(Softmax(axis: 1), [d])
    let f = try net.add(MaxPool(PoolingWindow(kernel: [2, 2], strides: [2, 2])), [e])
    let g = try net.add(Reduce(.sum), [f, net.constant(integers: [1, 3])])
    net.output(d, try net.add(GlobalAveragePool(), [f]), g)
    return net
  }

  private static func bits(_ tensors: [Tensor]) -> [[UInt32]] {
    tensors.map { $0.floats().map(\.bitPattern) }
  }

  @Test(arguments: [3, 9]) func runsAgain(images: Int) throws {
    let net = try Self.network(images: images)
    let other = net.inputs.map { Tensor.random($0.shape, seed: 77) }
    let count = net.graph.outputs.count
    let plan = try GPUHarness.backend().compile(net.graph, options: .init(threads: 1))
    let (session, second) = (try plan.makeSession(), try plan.makeSession())
    let want = Self.bits(try session.run(net.inputs, outputCount: count))
    let changed = Self.bits(try second.run(other, outputCount: count))
    #expect(want != changed)
    #expect(Self.bits(try session.run(other, outputCount: count)) == changed)
    #expect(Self.bits(try session.run(net.inputs, outputCount: count)) == want)
    try session.execute()
    #expect(Self.bits(try (0..<count).map { try session.output($0) }) == want)
    // The second session still has its own input.
    try second.execute()
    #expect(Self.bits(try (0..<count).map { try second.output($0) }) == changed)
  }

  @Test func timesEveryLayer() throws {
    let net = try Self.network(images: 3)
    let count = net.graph.outputs.count
    let plan = try GPUHarness.backend().compileForGPU(net.graph, options: .init(threads: 1))
    #expect(plan.program.steps.map(\.layer).max() == plan.layers.count - 1)
    #expect(
      zip(plan.program.steps, plan.program.steps.dropFirst()).allSatisfy { $0.layer <= $1.layer })
    let session = try plan.makeSession()
    let want = Self.bits(try session.run(net.inputs, outputCount: count))
    try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: plan.layers.count) { times in
      times.initialize(repeating: 0)
      try session.execute(addingTimesTo: times)
      #expect(times.allSatisfy { $0 > 0 })
    }
    #expect(Self.bits(try (0..<count).map { try session.output($0) }) == want)
  }

  /// With a place of its own for every buffer, the emulator notices all reads of what nobody wrote; with shared
  /// places, the results must be the same.
  @Test(arguments: [3, 9], [Precision.f32, .f16])
  func buffersMayTakeTurns(images: Int, precision: Precision) throws {
    let net = try Self.network(images: images)
    let count = net.graph.outputs.count
    let shared = try GPUHarness.backend().compileForGPU(
      net.graph, options: .init(threads: 1, precision: precision))
    let apart = try shared.withBuffersApart()
    #expect(shared.arenaByteCount < apart.arenaByteCount)
    let want = Self.bits(try apart.makeSession().run(net.inputs, outputCount: count))
    #expect(Self.bits(try shared.makeSession().run(net.inputs, outputCount: count)) == want)
  }

  @Test func refusesOtherInputs() throws {
    var net = CaseGraph(seed: 1)
    net.output(try net.add(Unary(.negate), [net.input([2, 3])]))
    let session = try GPUHarness.backend().compile(net.graph, options: .init(threads: 1))
      .makeSession()
    for tensor in [
      Tensor.random([3, 2], seed: 1), Tensor([2, 3], [Int32](repeating: 0, count: 6)),
    ] {
      let error = #expect(throws: HewnError.self) { try session.setInput(0, tensor) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("input1") == true)
    }
  }

  /// Lanes do not mix: what is not finite in one image stays there.
  @Test(arguments: [Float.nan, .infinity], [Precision.f32, .f16])
  func imagesAreApart(value: Float, precision: Precision) throws {
    let net = try Self.network(images: 9)
    let count = net.graph.outputs.count
    let plan = try GPUHarness.backend().compile(
      net.graph, options: .init(threads: 1, precision: precision))
    let session = try plan.makeSession()
    let want = try session.run(net.inputs, outputCount: count)
    for image in [1, 8] {
      let x = net.inputs[0]
      let imageCount = x.shape.elementCount / 9
      var values = x.floats()
      for index in image * imageCount..<(image + 1) * imageCount { values[index] = value }
      let got = try session.run([Tensor(x.shape, values)], outputCount: count)
      for (got, want) in zip(got, want) {
        let length = got.shape.elementCount / 9
        let range = image * length..<(image + 1) * length
        let (got, want) = (got.floats(), want.floats())
        for index in got.indices where !range.contains(index) {
          #expect(got[index].bitPattern == want[index].bitPattern, "image \(index / length)")
        }
        #expect(got[range].contains { !$0.isFinite })
      }
    }
  }
}
