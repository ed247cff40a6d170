import CPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Graphs of several nodes: layouts that meet, copies that are shared, outputs of every kind.
@Suite struct BackendNetworkTests {
  private static let same = Padding.explicit(begin: [1, 1], end: [1, 1])
  private static let conv3 = Conv(kernel: [3, 3], padding: same)
  private static let conv3s2 = Conv(kernel: [3, 3], strides: [2, 2], padding: same)

  private func expect(
    _ name: String, seed: UInt64 = 1, sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (inout CaseGraph) throws -> Void
  ) {
    var net = CaseGraph(seed: seed)
    do {
      try build(&net)
    } catch {
      Issue.record("\(name): \(error)", sourceLocation: sourceLocation)
      return
    }
    BackendHarness.expect([BackendCase(name, net)], sourceLocation: sourceLocation)
  }

  @Test(arguments: [1, 3])
  func residualNetwork(images: Int) {
    expect("residual network") { net in
      let x = net.input([images, 3, 19, 23])
      let stem = try net.conv(
        x, filters: 16,
        Conv(
          kernel: [7, 7], strides: [2, 2], padding: .explicit(begin: [3, 3], end: [3, 3]),
          activation: .relu))
      let pooled = try net.add(
        MaxPool(PoolingWindow(kernel: [3, 3], strides: [2, 2], padding: Self.same)), [stem])
      let a = try net.conv(
        pooled, filters: 16, Conv(kernel: [3, 3], padding: Self.same, activation: .relu))
      let b = try net.conv(
        a, filters: 16,
        Conv(kernel: [3, 3], padding: Self.same, activation: .relu, addsResidual: true),
        residual: pooled)
      let skip = try net.conv(b, filters: 24, Conv(kernel: [1, 1], strides: [2, 2]))
      let c = try net.conv(b, filters: 24, Self.conv3s2)
      let d = try net.conv(
        c, filters: 24,
        Conv(kernel: [3, 3], padding: Self.same, activation: .hardSwish, addsResidual: true),
        residual: skip)
      let mean = try net.add(GlobalAveragePool(), [d])
      let flat = try net.add(Flatten(), [mean])
      let (weights, bias) = (net.constant([24, 10], density: 0.3), net.constant([10]))
      net.output(try net.add(Gemm(), [flat, weights, bias]))
    }
  }

  @Test func consumersOfDifferentStrides() {
    expect("strides 1, 2 and 3 of one value") { net in
      let x = net.input([2, 4, 11, 9])
      let a = try net.conv(x, filters: 8, Self.conv3)
      let wide = Conv(kernel: [5, 5], padding: .explicit(begin: [2, 2], end: [2, 2]))
      net.output(
        try net.conv(a, filters: 5, Self.conv3), try net.conv(a, filters: 6, Self.conv3s2),
        try net.conv(a, filters: 7, wide),
        try net.conv(a, filters: 8, Conv(kernel: [3, 3], strides: [3, 3])),
        try net.conv(a, filters: 8, Conv(kernel: [3, 3], strides: [2, 2], groups: 8)),
        try net.conv(a, filters: 8, Conv(kernel: [3, 3], padding: Self.same, groups: 8)))
    }
  }

  @Test func concatenation() {
    expect("concat of convolutions") { net in
      let x = net.input([2, 4, 9, 9])
      let parts = [
        try net.conv(x, filters: 3, Conv(kernel: [1, 1])),
        try net.conv(x, filters: 5, Self.conv3),
        try net.conv(
          x, filters: 8, Conv(kernel: [5, 5], padding: .explicit(begin: [2, 2], end: [2, 2]))),
      ]
      let joined = try net.add(Concat(axis: 1), parts)
      net.output(try net.conv(joined, filters: 6, Self.conv3s2), joined)
    }
  }

  /// Joined and split channels are written and read where they lie, also parts of parts; what cannot be
  /// is copied.
  @Test(arguments: [1, 5])
  func channelsInPlace(images: Int) throws {
    expect("a dense block, and groups of channels") { net in
      let x = try net.conv(net.input([images, 3, 9, 10]), filters: 8, Self.conv3)
      let a = try net.conv(x, filters: 4, Self.conv3)
      let first = try net.add(Concat(axis: 1), [x, a])
      let b = try net.conv(first, filters: 6, Self.conv3s2)
      let c = try net.conv(first, filters: 4, Self.conv3)
      let second = try net.add(Concat(axis: 1), [first, c])
      // x is part of a tensor already, and c of another one.
      let third = try net.add(Concat(axis: 1), [c, x, second])
      let halves = try net.graph.addNode(
        Split(axis: 1, outputCount: 2), [third], name: "halves")
      let d = try net.conv(halves[1], filters: 4, Self.conv3)
      let e = try net.add(Binary(.add), [halves[0], halves[1]])
      let mixed = try net.add(Concat(axis: 1), [halves[1], d, net.add(Unary(.negate), [e])])
      net.output(b, second, try net.conv(mixed, filters: 5, Conv(kernel: [1, 1])), halves[0])
    }
  }

  /// No step copies what is joined or split in place.
  @Test func noStepsForChannelsInPlace() throws {
    var net = CaseGraph(seed: 1)
    let x = net.input([1, 4, 9, 9])
    let parts = [
      try net.conv(x, filters: 3, Self.conv3), try net.conv(x, filters: 5, Self.conv3),
    ]
    let joined = try net.add(Concat(axis: 1), parts)
    let halves = try net.graph.addNode(Split(axis: 1, outputCount: 2), [joined], name: "halves")
    net.output(
      try net.conv(halves[0], filters: 2, Self.conv3),
      try net.conv(halves[1], filters: 2, Self.conv3))
    let plan = try CPUBackend(evaluate: Reference.evaluate).compile(
      net.graph, options: CompileOptions(threads: 1))
    #expect(plan.layers.map(\.op).filter { $0 == "Concat" || $0 == "Split" }.isEmpty)
  }

  @Test func outputsThatAreAlsoRead() {
    expect("outputs inside the network") { net in
      let x = net.input([1, 3, 10, 10])
      let a = try net.conv(x, filters: 8, Self.conv3)
      let b = try net.conv(a, filters: 8, Self.conv3)
      net.output(a, b, a, x)
    }
  }

  @Test func inputsOfEveryKind() {
    expect("two inputs, one unused, one passed through, a constant output") { net in
      let (x, y) = (net.input([1, 4, 6, 6]), net.input([1, 4, 6, 6]))
      _ = net.input([2, 3])
      let passed = net.input([1, 4, 6, 6])
      let a = try net.conv(x, filters: 4, Self.conv3)
      let b = try net.add(Binary(.add, activation: .relu), [a, y])
      let c = net.constant([3, 2])
      net.output(b, passed, c)
    }
  }

  @Test func inputAsResidual() {
    expect("x + conv(x), and a residual that a strided convolution also reads") { net in
      let x = net.input([2, 8, 7, 9])
      let a = try net.conv(
        x, filters: 8, Conv(kernel: [3, 3], padding: Self.same, addsResidual: true), residual: x)
      let b = try net.conv(a, filters: 8, Self.conv3s2)
      let c = try net.conv(
        a, filters: 8, Conv(kernel: [1, 1], activation: .silu, addsResidual: true), residual: a)
      net.output(b, c)
    }
  }

  @Test func views() {
    expect("reshapes share the floats of their input") { net in
      let x = net.input([2, 4, 6, 6])
      let a = try net.conv(x, filters: 4, Self.conv3)
      let flat = try net.add(Flatten(), [a])
      let shape = net.constant(Tensor([4], [Int64(2), 8, 9, 2]))
      let other = try net.add(Reshape(), [flat, shape])
      let b = try net.conv(other, filters: 4, Self.conv3)
      let w = net.constant([144, 5], density: 0.5)
      net.output(try net.add(Gemm(), [flat, w]), b, flat, other)
    }
  }

  @Test func upsampling() {
    expect("transposed convolutions in a row, and a skip") { net in
      let x = net.input([1, 4, 12, 8])
      let down = try net.conv(x, filters: 8, Self.conv3s2)
      let deep = try net.conv(down, filters: 8, Self.conv3s2)
      let w1 = net.constant([8, 8, 2, 2], density: 0.4)
      let up = try net.add(ConvTranspose(kernel: [2, 2], strides: [2, 2]), [deep, w1])
      let sum = try net.add(Binary(.add), [up, try net.conv(down, filters: 8, Self.conv3)])
      let w2 = net.constant([8, 3, 4, 4], density: 0.4)
      let op = ConvTranspose(
        kernel: [4, 4], strides: [2, 2], padding: .explicit(begin: [1, 1], end: [1, 1]))
      net.output(try net.add(op, [sum, w2]), up)
    }
  }

  /// Random networks of convolutions, sums, activations, pools and joins.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func randomNetwork(seed: UInt64) {
    expect("random network, seed \(seed)", seed: seed) { try Self.addRandomNodes(&$0) }
  }

  static func addRandomNodes(_ net: inout CaseGraph) throws {
    let images = net.pick([1, 1, 2, 3])
    let extents = [4 + net.below(14), 4 + net.below(14)]
    var values = [net.input(Shape([images, 1 + net.below(8)] + extents))]
    for _ in 0..<4 + net.below(8) {
      let x = net.pick(values)
      let shape = net.shape(of: x)
      let twins = values.filter { net.shape(of: $0) == shape }
      let isLarge = shape[2] >= 3 && shape[3] >= 3
      switch net.below(8) {
      case 0..<3:
        let size = net.pick([1, 3, 5])
        let pad = Padding.explicit(begin: [size / 2, size / 2], end: [size / 2, size / 2])
        let op = Conv(
          kernel: [size, size], strides: net.pick([[1, 1], [1, 1], [2, 2], [1, 2]]),
          padding: pad, activation: net.pick(BackendConvolutionTests.activations))
        values.append(
          try net.conv(x, filters: 1 + net.below(20), op, density: net.pick([0.1, 0.4, 1])))
      case 3:
        let op = Conv(
          kernel: [3, 3], strides: net.pick([[1, 1], [2, 2]]), padding: same, groups: shape[1],
          activation: .relu)
        values.append(try net.conv(x, filters: shape[1], op, density: 1))
      case 4:
        let op = Conv(
          kernel: [3, 3], padding: same, activation: net.pick([.identity, .relu, .silu]),
          addsResidual: true)
        values.append(try net.conv(x, filters: shape[1], op, residual: net.pick(twins)))
      case 5:
        values.append(
          try net.add(
            Binary(net.pick([.add, .multiply]), activation: net.pick([.identity, .relu])),
            [x, net.pick(twins)]))
      case 6 where isLarge:
        let window = PoolingWindow(
          kernel: [3, 3], strides: net.pick([[1, 1], [2, 2]]), padding: same)
        values.append(
          try net.add(
            net.below(2) == 0 ? MaxPool(window) as any Operator : AveragePool(window), [x]))
      default:
        values.append(try net.add(Concat(axis: 1), [x, net.pick(twins)]))
      }
    }
    let read = Set(net.graph.nodes.flatMap { $0.inputs.compactMap { $0 } })
    net.graph.outputs = values.filter { !read.contains($0) } + [net.pick(values)]
  }
}
