import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct ConvolutionTests {
  private static let same = Padding.explicit(begin: [1, 1], end: [1, 1])

  /// A convolution of an input, perhaps with a residual.
  private static func conv(
    _ name: String, _ input: Shape, filters: Int, _ op: Conv, density: Double = 0.3
  ) -> OperatorCase {
    OperatorCase("\(name): \(input), \(filters) filters") { net in
      let x = net.input(input)
      var residual: ValueID?
      if op.addsResidual {
        var plain = op
        plain.addsResidual = false
        let weights = TensorType(
          .float32, Shape([filters, input[1] / op.groups] + op.kernel))
        let operands = [Operand(net.graph[x]), Operand(type: weights)]
        residual = net.input(try plain.outputTypes(for: operands)[0].shape)
      }
      net.output(try net.conv(x, filters: filters, op, density: density, residual: residual))
    }
  }

  private static var geometries: [OperatorCase] {
    [
      conv("1×1", [1, 8, 3, 5], filters: 16, Conv(kernel: [1, 1])),
      conv("few filters", [3, 5, 4, 4], filters: 3, Conv(kernel: [3, 3], padding: same)),
      conv(
        "strides and padding", [9, 4, 7, 6], filters: 17,
        Conv(kernel: [3, 2], strides: [2, 3], padding: .explicit(begin: [2, 0], end: [0, 1]))),
      conv(
        "dilations", [3, 4, 8, 9], filters: 20,
        Conv(kernel: [3, 3], dilations: [2, 3], padding: .sameUpper)),
      conv(
        "one axis", [9, 4, 9], filters: 16,
        Conv(kernel: [3], strides: [2], padding: .explicit(begin: [1], end: [1]))),
      conv(
        "larger than the input", [3, 3, 2, 3], filters: 8,
        Conv(kernel: [5, 5], padding: .sameLower)),
      conv(
        "few filters in groups", [9, 8, 3, 4], filters: 8,
        Conv(kernel: [3, 3], padding: same, groups: 4)),
      conv("few groups", [3, 8, 3, 4], filters: 36, Conv(kernel: [1, 1], groups: 2), density: 1),
      conv("no weights", [3, 4, 3, 3], filters: 16, Conv(kernel: [3, 3]), density: 0),
      conv(
        "residual", [9, 8, 5, 5], filters: 16,
        Conv(
          kernel: [3, 3], strides: [2, 2], padding: same, activation: .relu, addsResidual: true)),
      conv("all weights", [1, 4, 4, 4], filters: 16, Conv(kernel: [3, 3]), density: 1),
    ]
  }

  @Test func geometry() {
    let rows = Self.geometries
    GPUHarness.expect(
      Array(rows[..<3]), precisions: Precision.allCases, engines: Engine.allCases)
    GPUHarness.expect(Array(rows[3...]), engines: [.sparse])
  }

  @Test func reports() throws {
    func layer(_ row: OperatorCase, _ engine: Engine) throws -> LayerReport {
      var net = CaseGraph(seed: 1)
      try row.build(&net)
      let plan = try GPUHarness.backend()
        .compile(net.graph, options: CompileOptions(engine: engine, threads: 1, precision: .f16))
      return try #require(plan.layers.first { $0.op.hasPrefix("Conv") && $0.matrix != nil })
    }
    let op = Conv(kernel: [3, 3], padding: Self.same)
    let pruned = Self.conv("pruned", [64, 64, 28, 28], filters: 64, op, density: 0.01)
    for (row, engine, want, reason) in [
      (pruned, Engine.sparse, "sparse", "× faster than dense"), (pruned, .dense, "dense", "asked"),
      (Self.conv("all", [8, 16, 4, 4], filters: 16, op, density: 1), .sparse, "dense", "no zeros"),
    ] {
      let layer = try layer(row, engine)
      #expect(layer.engine == want && layer.reason.contains(reason), "\(layer)")
    }
    // What groups do not read is no weight.
    let grouped = Self.conv(
      "groups", [8, 8, 4, 4], filters: 8, Conv(kernel: [3, 3], groups: 4), density: 1)
    let matrix = try #require(try layer(grouped, .sparse).matrix)
    #expect(matrix.rows == 8 && matrix.taps == 18 && matrix.weights == 144 && matrix.zeros == 0)
  }

  @Test func depthwise() {
    let op = Conv(kernel: [3, 3], padding: Self.same, groups: 6)
    GPUHarness.expect([
      Self.conv("plain", [9, 6, 4, 5], filters: 6, op),
      Self.conv("multiplier", [3, 6, 4, 5], filters: 12, op),
      Self.conv(
        "residual", [9, 6, 4, 5], filters: 6,
        Conv(
          kernel: [3, 3], padding: Self.same, groups: 6, activation: .hardSwish, addsResidual: true)
      ),
      Self.conv(
        "strides", [8, 6, 7, 6], filters: 6,
        Conv(
          kernel: [5, 3], strides: [2, 1], dilations: [1, 2],
          padding: .explicit(begin: [2, 1], end: [1, 2]), groups: 6, activation: .relu)),
      Self.conv(
        "one axis", [1, 6, 9], filters: 6,
        Conv(kernel: [3], groups: 6, activation: .gelu(approximates: false))),
    ])
  }

  /// Those of the kernels, and those that take one of their own.
  @Test func activations() {
    let activations: [Activation] = [
      .identity, .relu, .leakyRelu(slope: 0.25), .clip(lower: -0.5, upper: 1), .sigmoid, .hardSwish,
      .silu, .hardSigmoid(alpha: 0.25, beta: 0.5), .swish(alpha: 1.5), .tanh, .elu(alpha: 0.5),
      .selu(alpha: 1.75, gamma: 1.25), .celu(alpha: 2), .softplus, .softsign,
      .gelu(approximates: true), .mish, .thresholdedRelu(alpha: -8),
    ]
    GPUHarness.expect(
      activations.enumerated().map { index, activation in
        Self.conv(
          "\(activation)", [GPUHarness.images(index), 4, 2, 3], filters: 16,
          Conv(kernel: [1, 1], activation: activation, addsResidual: index % 2 == 0))
      })
  }

  private static func transposed(
    _ name: String, _ input: Shape, filters: Int, _ op: ConvTranspose, density: Double = 0.4
  ) -> OperatorCase {
    OperatorCase("\(name): \(input), \(filters) filters") { net in
      let x = net.input(input)
      let weights = net.constant(Shape([input[1], filters] + op.kernel), density: density)
      net.output(try net.add(op, [x, weights, net.constant([filters * op.groups])]))
    }
  }

  @Test func transposes() {
    func op(
      _ kernel: [Int], _ strides: [Int], _ pads: Int = 0, output: [Int] = [], groups: Int = 1,
      dilations: [Int] = [], activation: Activation = .identity
    ) -> ConvTranspose {
      let pads = [Int](repeating: pads, count: kernel.count)
      return ConvTranspose(
        kernel: kernel, strides: strides, dilations: dilations,
        padding: .explicit(begin: pads, end: pads), outputPadding: output, groups: groups,
        activation: activation)
    }
    GPUHarness.expect(
      [
        Self.transposed("stride 1", [3, 4, 3, 3], filters: 5, op([3, 3], [1, 1], 1)),
        Self.transposed(
          "stride 2", [9, 4, 3, 2], filters: 16, op([3, 3], [2, 2], 1, output: [1, 1])),
        Self.transposed(
          "stride 3", [1, 4, 2, 3], filters: 4, op([2, 4], [3, 2], activation: .relu)),
      ], precisions: Precision.allCases, engines: Engine.allCases)
    GPUHarness.expect(
      [
        Self.transposed("no tap", [3, 4, 2, 3], filters: 3, op([1, 1], [3, 3], output: [2, 1])),
        Self.transposed("groups", [9, 4, 2, 3], filters: 3, op([2, 2], [2, 2], groups: 2)),
        Self.transposed("depthwise", [3, 4, 2, 3], filters: 1, op([3, 3], [2, 2], 1, groups: 4)),
        Self.transposed(
          "dilations", [3, 3, 3, 3], filters: 4, op([2, 3], [2, 2], dilations: [3, 2])),
        Self.transposed("one axis", [9, 4, 5], filters: 6, op([4], [2], 1)),
        Self.transposed(
          "function", [9, 4, 2, 2], filters: 4, op([2, 2], [2, 2], activation: .tanh)),
        Self.transposed("no weights", [3, 4, 2, 2], filters: 4, op([2, 2], [2, 2]), density: 0),
        Self.transposed(
          "output shape", [3, 3, 3, 3], filters: 4,
          ConvTranspose(kernel: [3, 3], strides: [2, 2], outputShape: [11, 9])),
        Self.transposed(
          "same", [3, 3, 3, 3], filters: 4,
          ConvTranspose(kernel: [3, 3], strides: [2, 2], padding: .sameLower)),
      ], engines: [.sparse])
  }

  @Test func products() {
    func gemm(_ name: String, _ images: Int, _ op: Gemm, c: Shape?) -> OperatorCase {
      OperatorCase("\(name), \(images)") { net in
        let x = net.input([images, 24])
        let weights = net.constant(op.transposesB ? [20, 24] : [24, 20], density: 0.4)
        net.output(try net.add(op, [x, weights, c.map { net.constant($0) }]))
      }
    }
    func matMul(_ input: Shape, columns: Int) -> OperatorCase {
      OperatorCase("\(input) × \(columns)") { net in
        let x = net.input(input)
        let weights = net.constant([input[input.rank - 1], columns], density: 0.4)
        net.output(try net.add(MatMul(), [x, weights]))
      }
    }
    GPUHarness.expect(
      [
        gemm("plain", 9, Gemm(), c: [20]), matMul([3, 24], columns: 20),
        matMul([9, 5, 20], columns: 17),
      ], precisions: Precision.allCases, engines: Engine.allCases)
    GPUHarness.expect([
      gemm("scales", 3, Gemm(alpha: 0.5, beta: 2, transposesB: true), c: [1, 20]),
      gemm("scalar", 8, Gemm(beta: 3), c: []), gemm("no C", 1, Gemm(transposesB: true), c: nil),
      gemm("one number", 1, Gemm(), c: [1, 1]), gemm("relu", 9, Gemm(activation: .relu), c: [20]),
      gemm("function", 9, Gemm(activation: .gelu(approximates: false)), c: [20]),
      matMul([3, 2, 3, 8], columns: 5), matMul([1, 4], columns: 1),
    ])
  }
}
