import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct ElementwiseTests {
  private static let activations: [Activation] = [
    .identity, .relu, .leakyRelu(slope: 0.25), .clip(lower: -0.5, upper: 1), .sigmoid,
    .hardSigmoid(alpha: 0.25, beta: 0.5), .hardSwish, .silu, .swish(alpha: 1.5), .tanh,
    .elu(alpha: 0.5), .selu(alpha: 1.75, gamma: 1.25), .celu(alpha: 2), .softplus, .softsign,
    .gelu(approximates: false), .gelu(approximates: true), .mish, .thresholdedRelu(alpha: 0.5),
  ]

  @Test func unary() {
    let functions: [Unary.Function] =
      [
        .absolute, .ceil, .erf, .exp, .floor, .negate, .reciprocal, .round, .sign,
        .shrink(lambda: 0.5, bias: 0.25),
      ] + Self.activations.map { .activation($0) }
    GPUHarness.expect(
      functions.enumerated().map { index, function in
        OperatorCase("\(function)", Unary(function), .input([GPUHarness.images(index), 3, 2]))
      })
    // Functions of positive numbers.
    GPUHarness.expect(
      [.log, .squareRoot].map { (function: Unary.Function) in
        OperatorCase("\(function)", Unary(function), .positive([3, 5]))
      })
  }

  /// Constants that repeat along some axes, on both sides, and some along images.
  @Test func binary() {
    let shapes: [Shape] = [
      [], [1], [4], [3, 1], [2, 3, 4], [2, 1, 1], [1, 2, 1, 1], [1, 2, 3, 4], [1, 1, 1, 1],
    ]
    var cases: [OperatorCase] = []
    for (index, kind) in Binary.Kind.allCases.enumerated() where kind != .power {
      let images = GPUHarness.images(index)
      let x = Shape([images, 2, 3, 4])
      cases.append(OperatorCase("\(kind)", Binary(kind), .input(x), .input(x)))
      let constant = shapes[index % shapes.count]
      cases.append(
        OperatorCase("\(kind) \(constant)", Binary(kind), .input(x), .constant(constant)))
      cases.append(
        OperatorCase("\(constant) \(kind)", Binary(kind), .constant(constant), .input(x)))
    }
    for images in [1, 9] {
      for shape in shapes + [[images, 1, 1, 1], [images, 2, 3, 4], [images, 1, 3, 1]] {
        cases.append(
          OperatorCase(
            "\(images) images and \(shape)", Binary(.subtract), .input([images, 2, 3, 4]),
            .constant(shape)))
      }
    }
    cases += [
      OperatorCase("planes", Binary(.add), .input([9, 3, 2, 2]), .input([9, 3, 1, 1])),
      OperatorCase(
        "rows and columns", Binary(.multiply), .input([3, 2, 3, 1]), .input([3, 2, 1, 4])),
      OperatorCase("one axis", Binary(.add), .input([9]), .constant([9])),
      OperatorCase("rows", Binary(.add), .input([3, 5]), .input([3, 1])),
      OperatorCase(
        "many axes", Binary(.add), .input([2, 2, 1, 2, 1, 2]), .input([2, 2, 1, 2, 1, 2])),
      OperatorCase("five axes", Binary(.add), .input([2, 2, 1, 2, 1]), .input([2, 1, 3, 1, 2])),
      OperatorCase(
        "larger constant", Binary(.add), .input([2, 1, 3, 1]), .constant([2, 2, 3, 4])),
    ]
    GPUHarness.expect(cases)
  }

  @Test func powers() {
    var cases = [Float(2), 3, -1, 0, 1].map { exponent in
      OperatorCase("\(exponent)", Binary(.power), .input([3, 4]), .scalar(exponent))
    }
    cases.append(
      OperatorCase(
        "of another type", Binary(.power), .input([3, 4]), .tensor(Tensor(scalar: Int64(2)))))
    cases.append(OperatorCase("0.5", Binary(.power), .positive([3, 5]), .scalar(0.5)))
    GPUHarness.expect(cases)
  }

  @Test func activationsOfBinary() {
    GPUHarness.expect(
      Self.activations.enumerated().map { index, activation in
        let x = Shape([GPUHarness.images(index), 5])
        return OperatorCase(
          "\(activation)", Binary(.add, activation: activation), .input(x), .input(x))
      }, precisions: [.f32])
  }

  @Test func boundsAndSlopes() {
    let x = OperatorCase.Argument.input([3, 2, 3])
    GPUHarness.expect([
      OperatorCase("both", Clip(), x, .scalar(-0.5), .scalar(1)),
      OperatorCase("lower", Clip(), x, .scalar(0.25)),
      OperatorCase("upper", Clip(), x, nil, .scalar(0.5)),
      OperatorCase("none", Clip(), x),
      OperatorCase("lower above upper", Clip(), x, .scalar(1), .scalar(-1)),
      OperatorCase("slope of channels", PRelu(), x, .constant([2, 1])),
      OperatorCase("one slope", PRelu(), x, .scalar(0.25)),
      OperatorCase("slope of elements", PRelu(), x, .constant([2, 3])),
      OperatorCase("slope of images", PRelu(), x, .constant([3, 1, 1])),
      OperatorCase("slope at run time", PRelu(), x, .input([3, 2, 3])),
      OperatorCase("mean", Mean(), x, .input([3, 2, 1]), .constant([2, 1])),
      OperatorCase("mean of one", Mean(), x),
      OperatorCase("mean of eight", Mean(), x, x, x, x, x, x, x, x),
      OperatorCase("identity", Identity(), x),
      OperatorCase("cast", Cast(to: .float32), x),
    ])
  }

  @Test func batchNormalization() {
    for (index, extents) in [[4], [4, 3], [4, 2, 3], [4, 2, 1, 2]].enumerated() {
      GPUHarness.expect("\(extents)") { net in
        let x = net.coarseInput(Shape([GPUHarness.images(index)] + extents))
        let variance = Tensor([4], [Float(0.5), 2, 0, 0.01])
        let inputs = [
          x, net.constant([4]), net.constant([4]), net.constant([4]), net.constant(variance),
        ]
        net.output(try net.add(BatchNormalization(epsilon: 1e-2), inputs))
      }
    }
  }

  // MARK: Chains

  @Test func fusesChains() throws {
    var net = CaseGraph(seed: 1)
    var x = net.input([3, 2, 3, 2])
    x = try net.add(Binary(.multiply), [x, net.constant([2, 1, 1])])
    x = try net.add(Binary(.add), [x, net.constant([2, 1, 1])])
    x = try net.add(Unary(.activation(.tanh)), [x])
    net.output(x)
    let plan = try GPUHarness.backend().compileForGPU(net.graph, options: .init(threads: 1))
    // Between the conversions of the input and of the output.
    #expect(plan.program.steps.count == 3)
    #expect(plan.layers[1].reason == "3 nodes as one kernel")
  }

  @Test func chains() {
    GPUHarness.expect([
      OperatorCase("many nodes") { net in
        var x = net.input([9, 3, 2])
        for index in 0..<70 {
          x = try net.add(
            index % 2 == 0 ? Unary(.activation(.tanh)) : Unary(.negate), [x])
        }
        net.output(x)
      },
      OperatorCase("arguments that are read several times") { net in
        var x = net.input([3, 4])
        for _ in 0..<40 {
          x = try net.add(Unary(.activation(.swish(alpha: 1.5))), [x])
          x = try net.add(Unary(.activation(.softsign)), [x])
          x = try net.add(Unary(.shrink(lambda: 0.01, bias: 0.001)), [x])
          x = try net.add(Binary(.multiply), [x, net.constant(Tensor(scalar: Float(4)))])
        }
        net.output(x)
      },
      OperatorCase("more operands than a kernel reads") { net in
        var x = net.input([3, 4])
        for _ in 0..<20 { x = try net.add(Binary(.add), [x, net.input([3, 4])]) }
        net.output(x)
      },
      OperatorCase("more constants than a kernel reads") { net in
        var x = net.input([9, 2, 2])
        for index in 0..<20 {
          let constant = net.constant([[2, 1], [2, 2], [9, 1, 1], [1]][index % 4])
          x = try net.add(Binary(index % 3 == 0 ? .multiply : .add), [x, constant])
        }
        net.output(x)
      },
      OperatorCase("a tree") { net in
        var values = try (0..<16).map { _ in
          try net.add(Binary(.multiply), [net.input([3, 4]), net.input([3, 4])])
        }
        while values.count > 1 {
          values = try stride(from: 0, to: values.count, by: 2).map {
            try net.add(Binary(.add), [values[$0], values[$0 + 1]])
          }
        }
        net.output(values[0])
      },
      OperatorCase("a mean of sums") { net in
        let sums = try (0..<7).map { _ in
          try net.add(Binary(.add), [net.input([3, 4]), net.input([3, 4])])
        }
        net.output(try net.add(Mean(), sums + [net.input([3, 4])]))
      },
      OperatorCase("normalization of a sum") { net in
        var x = net.input([3, 4])
        for _ in 0..<6 { x = try net.add(Binary(.add), [x, net.input([3, 4])]) }
        let variance = net.constant(Tensor([4], [Float(1), 2, 3, 4]))
        net.output(
          try net.add(
            BatchNormalization(),
            [x, net.constant([4]), net.constant([4]), net.constant([4]), variance]))
      },
      OperatorCase("a value that two nodes read, and one that is an output") { net in
        let x = net.input([9, 4])
        let a = try net.add(Unary(.activation(.tanh)), [x])
        let b = try net.add(Unary(.negate), [a])
        let c = try net.add(Binary(.add), [a, b])
        let d = try net.add(Binary(.multiply), [c, c])
        net.output(try net.add(Binary(.add), [d, a]), b)
      },
      OperatorCase("a chain that grows on the way") { net in
        let x = try net.add(Unary(.negate), [net.input([3, 2, 1])])
        let y = try net.add(Unary(.activation(.relu)), [net.input([3, 2, 4])])
        net.output(try net.add(Binary(.add), [x, y]))
      },
      OperatorCase("six axes in one chain") { net in
        let shape: Shape = [2, 2, 2, 2, 2, 2]
        var x = try net.add(Unary(.negate), [net.input(shape)])
        x = try net.add(Binary(.add), [x, net.input(shape)])
        net.output(try net.add(Unary(.activation(.relu)), [x]))
      },
    ])
  }
}
