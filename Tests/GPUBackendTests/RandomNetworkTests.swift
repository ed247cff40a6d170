import GPUBackend
import GPUDevices
import GPUKernels
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Networks of joins, parts, chains and views in any order, whose buffers take turns.
@Suite struct RandomNetworkTests {
  @Test(arguments: 1...12 as ClosedRange<UInt64>) func network(seed: UInt64) throws {
    let net = try Self.network(seed: seed)
    let options = CompileOptions(threads: 1)
    let want = try GPUHarness.outputs(of: net.graph, ReferenceBackend(), net.inputs, options)
    let shared = try GPUHarness.backend(evaluate: Reference.evaluate).compileForGPU(
      net.graph, options: options)
    let got = try shared.makeSession().run(net.inputs, outputCount: want.count)
    for (index, (got, want)) in zip(got, want).enumerated() {
      let violation = Tolerance.relativeToLargest(1e-4)
        .violation(got: got.floats(), want: want.doubles())
      #expect(violation == nil, "seed \(seed), output \(index): \(violation ?? "")")
    }
    // With places of their own, buffers never hold what another one left there.
    let apart = try shared.withBuffersApart().makeSession()
      .run(net.inputs, outputCount: want.count)
    let isEqual = zip(got, apart).allSatisfy { shared, apart in
      shared.floats().map(\.bitPattern) == apart.floats().map(\.bitPattern)
    }
    #expect(isEqual, "seed \(seed)")
  }

  private static func network(seed: UInt64) throws -> CaseGraph {
    var net = CaseGraph(seed: seed)
    let images = net.pick([3, 9])
    var values = [net.input([images, 4, 2, 3]), net.input([images, 2, 2, 3])]
    for _ in 0..<10 + net.below(10) { values.append(try add(to: &net, values)) }
    net.output(values[values.count - 1], net.pick(values), net.pick(values))
    return net
  }

  /// Adds a node that keeps rows and columns.
  private static func add(to net: inout CaseGraph, _ values: [ValueID]) throws -> ValueID {
    let x = net.below(3) == 0 ? net.pick(values) : values[values.count - 1]
    let shape = net.shape(of: x)
    let like = values.filter { net.shape(of: $0) == shape }
    switch net.below(12) {
    case 0, 1:
      let op = Conv(
        kernel: [3, 3], padding: .sameUpper, activation: net.pick([.relu, .tanh, .identity]),
        addsResidual: net.below(2) == 0)
      return try net.conv(x, filters: shape[1], op, residual: net.pick(like))
    case 2, 3, 4:
      let y = net.pick(like)
      return try net.add(Binary(net.pick([.add, .subtract, .maximum])), [x, y])
    case 5, 6: return try net.add(Unary(.activation(net.pick([.sigmoid, .softsign, .tanh]))), [x])
    case 7, 8:
      let parts = (0..<2 + net.below(2)).map { _ in net.pick(values) } + [x]
      guard parts.reduce(0, { $0 + net.shape(of: $1)[1] }) <= 24 else { fallthrough }
      return try net.add(Concat(axis: 1), parts)
    case 9:
      guard shape[1] % 2 == 0 else { return try net.add(Softmax(axis: 1), [x]) }
      let name = "split\(net.graph.nodes.count)"
      return net.pick(try net.graph.addNode(Split(axis: 1, outputCount: 2), [x], name: name))
    case 10:
      // The host's.
      if net.below(2) == 0 { return try net.add(Unary(.trigonometric(.sin)), [x]) }
      return try net.add(MaxPool(PoolingWindow(kernel: [3, 3], padding: .sameUpper)), [x])
    default:
      let rows = try net.add(Reshape(), [x, net.constant(integers: [0, shape[1], 6])])
      let y = try net.add(Unary(.negate), [rows])
      return try net.add(Reshape(), [y, net.constant(integers: [0, shape[1], 2, 3])])
    }
  }
}

extension GPUPlan {
  /// The same program with a place of its own for every buffer, so that the emulator notices all reads of what
  /// nobody wrote.
  func withBuffersApart() throws -> GPUPlan {
    var program = program
    let all = Array(program.buffers.indices)
    program.steps[0].writes += all
    program.steps[program.steps.count - 1].reads += all
    return try GPUPlan(program, for: figures) { EmulatorDevice(target: GPUFigures.h200.target) }
  }
}
