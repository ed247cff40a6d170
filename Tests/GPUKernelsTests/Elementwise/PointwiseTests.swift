import GPUKernels
import KernelIR
import Tensors
import Testing

/// Expressions, types, and the broadcasting of inputs.
struct PointwiseTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var expression: PointwiseExpression
    var inputs: [PointwiseProblem.Operand]
    var output: PointwiseProblem.Operand
    var configuration: PointwiseConfiguration?

    init(
      _ expression: PointwiseExpression, _ inputs: [(KernelElement, [Int])],
      to output: (KernelElement, [Int]), _ configuration: PointwiseConfiguration? = nil
    ) {
      self.expression = expression
      self.inputs = inputs.map { .init($0.0, $0.1) }
      self.output = .init(output.0, output.1)
      self.configuration = configuration
    }

    var testDescription: String {
      "\(expression) of \(inputs.map { "\($0.element)\($0.shape)" }) to \(output.shape)"
    }
  }

  static let sum: PointwiseExpression = .input(0) + .input(1)
  static let residual: PointwiseExpression = .unary(
    .relu, .input(0) * .input(1) + .input(2))

  static let cases: [Case] =
    // Sizes around a vector, a warp and a block.
    [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 255, 257, 1021, 1024, 1031].flatMap { count in
      KernelElement.allCases.map { element in
        Case(sum, [(element, [count]), (element, [count])], to: (element, [count]))
      }
    } + [
      Case(sum, [(.f32, [1000]), (.f16, [1000])], to: (.f16, [1000])),
      Case(sum, [(.f16, [37]), (.f16, [])], to: (.f32, [37])),
      Case(sum, [(.f32, []), (.f32, [])], to: (.f32, [])),
      Case(sum, [(.f32, [1, 1]), (.f32, [1])], to: (.f32, [1, 1, 1])),
      Case(sum, [(.f32, [7, 1]), (.f32, [1, 5])], to: (.f32, [7, 5])),
      Case(sum, [(.f16, [2, 3, 8]), (.f16, [3, 1])], to: (.f16, [2, 3, 8])),
      Case(sum, [(.f16, [2, 3, 4]), (.f16, [3, 1])], to: (.f16, [2, 3, 4])),
      Case(sum, [(.f16, [2, 3, 6]), (.f16, [2, 1, 6])], to: (.f16, [2, 3, 6])),
      Case(
        residual, [(.f16, [2, 17, 49]), (.f32, [17, 1]), (.f16, [2, 17, 49])],
        to: (.f16, [2, 17, 49])),
      Case(
        residual, [(.f32, [2, 5, 7, 8]), (.f32, [1, 5, 1, 1]), (.f32, [1, 1, 7, 8])],
        to: (.f32, [2, 5, 7, 8])),
      Case(
        residual,
        [(.f32, [2, 1, 3, 1, 2, 1]), (.f32, [1, 3, 1, 5, 1, 7]), (.f32, [2, 3, 3, 5, 2, 7])],
        to: (.f32, [2, 3, 3, 5, 2, 7])),
      Case(
        .where(.binary(.less, .input(0), .input(1)), .input(0), .constant(2)),
        [(.f32, [100]), (.f32, [100])], to: (.f32, [100])),
      Case(
        .where(.input(0), .input(1), .unary(.negate, .input(1))), [(.f32, [9]), (.f32, [9])],
        to: (.f32, [9])),
      Case(.constant(3), [], to: (.f16, [11])),
      Case(.unary(.power(0), .input(0)) + .constant(2), [(.f16, [9])], to: (.f16, [9])),
      Case(
        .where(.unary(.power(0), .input(0)), .constant(2), .input(0)), [(.f16, [9])],
        to: (.f16, [9])),
      Case(.unary(.exp, .constant(1)) + .constant(1) / .constant(3), [], to: (.f32, [5])),
      Case(
        .where(.constant(0), .constant(1), .binary(.greater, .constant(2), .constant(1))), [],
        to: (.f32, [3])),
      Case(
        sum, [(.f32, [100]), (.f32, [100])], to: (.f32, [100]),
        PointwiseConfiguration(vectorCount: 1, threadCount: 32)),
      Case(
        sum, [(.f16, [1000]), (.f32, [1000])], to: (.f16, [1000]),
        PointwiseConfiguration(vectorCount: 2, threadCount: 64)),
    ]
    + PointwiseBinary.allCases.map {
      Case(
        .binary($0, .input(0), .input(1)),
        [(.f32, [specials.count, 1]), (.f32, [specials.count])],
        to: (.f32, [specials.count, specials.count]))
    }

  static let specials: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 3e38, -2.5,
  ]

  @Test(arguments: cases)
  func `kernels compute the expression of every element`(test: Case) throws {
    let problem = try PointwiseProblem(test.expression, inputs: test.inputs, output: test.output)
    let kernel = PointwiseKernel(problem, test.configuration)
    let device = EmulatedDevice()
    var random = SplitMix64(seed: 1)
    let numbers = test.inputs.map { operand in
      let count = operand.shape.reduce(1, *)
      return count == Self.specials.count
        ? Self.specials : random.floats(count).map(operand.element.rounded)
    }
    let addresses = try zip(numbers, test.inputs).map { try device.buffer($0, as: $1.element) }
    let output = try device.output(test.output.element, count: problem.elementCount)
    try device.run(kernel, kernel.arguments(inputs: addresses, output: output))
    let got = try device.read(test.output.element, count: problem.elementCount, from: output)
    let want = (0..<problem.elementCount).map { index in
      test.expression.evaluate(
        zip(numbers, test.inputs).map { numbers, operand in
          Double(numbers[operand.place(of: index, in: test.output.shape)])
        })
    }
    // Two operations, and sums that cancel.
    expectNear(
      got, want, test.output.element, Tolerance(ulp: 1.2, absolute: 0x1p-23), kernel.name)
  }

  @Test func `every composition can be built and run`() throws {
    for seed in 0..<100 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let expression = PointwiseExpression.random(depth: 4, &random)
      let device = EmulatedDevice()
      let x = try device.buffer(random.floats(19), as: .f16)
      let y = try device.output(.f16, count: 19)
      let operand = PointwiseProblem.Operand(.f16, [19])
      let kernel = PointwiseKernel(
        try PointwiseProblem(expression, inputs: [operand, operand], output: operand))
      #expect(throws: Never.self, "seed \(seed): \(expression)") {
        try device.run(kernel, kernel.arguments(inputs: [x, x], output: y))
      }
    }
  }

  @Test func `sizes and shapes that are none are errors`() {
    let cases: [([[Int]], [Int])] = [
      ([[0]], [0]), ([[2, -1]], [2, -1]), ([[3]], [2]), ([[2, 3]], [3]), ([[1 << 31]], [1 << 31]),
      ([[1 << 40, 1 << 40]], [1 << 40, 1 << 40]),
      ([[2, 1, 2, 1, 2, 1, 2], [1, 2, 1, 2, 1, 2, 1]], [2, 2, 2, 2, 2, 2, 2]), ([], [2]),
    ]
    for (inputs, output) in cases {
      #expect(throws: HewnError.self, "\(inputs) to \(output)") {
        try PointwiseProblem(
          .unary(.relu, .input(0)), inputs: inputs.map { .init(.f32, $0) },
          output: .init(.f32, output))
      }
    }
  }

  @Test func `an operation may be in place`() throws {
    let device = EmulatedDevice()
    let x = try device.buffer([1, -2, 3, -4, 5] as [Float])
    let kernel = PointwiseKernel(
      try PointwiseProblem(
        .unary(.relu, .input(0)), inputs: [.init(.f32, [5])], output: .init(.f32, [5])))
    try device.run(kernel, kernel.arguments(inputs: [x], output: x))
    #expect(try device.read(.f32, count: 5, from: x) == [1, 0, 3, 0, 5])
  }

  @Test(arguments: KernelElement.allCases)
  func `accesses are coalesced`(element: KernelElement) throws {
    let device = EmulatedDevice()
    let x = try device.buffer([Float](repeating: 1, count: 4096), as: element)
    let y = try device.output(element, count: 4096)
    let kernel = PointwiseKernel(
      try PointwiseProblem(
        .unary(.relu, .input(0)), inputs: [.init(element, [4096])],
        output: .init(element, [4096])))
    let total = try device.run(kernel, kernel.arguments(inputs: [x], output: y)).total
    #expect(total.globalSectors == UInt64(2 * 4096 * element.byteCount / 32))
  }

  @Test func `names tell kernels apart`() throws {
    let kernels = try ElementwiseCatalogue.problems().map { PointwiseKernel($0) }
    #expect(Set(kernels.map(\.name)).count == kernels.count)
  }

  @Test func `divisors divide`() throws {
    // The kernel's steps on the host.
    for divisor in [1, 2, 3, 5, 7, 10, 641, 65_535, 65_537, 1 << 30, Int(Int32.max)] {
      let prepared = Divisor(divisor)
      for n in [0, 1, divisor - 1, divisor, divisor + 1, 1 << 30, Int(Int32.max)] {
        guard n <= Int32.max else { continue }
        let high = UInt32((UInt64(prepared.multiplier) * UInt64(n)) >> 32)
        #expect((high + UInt32(n)) >> prepared.shift == UInt32(n / divisor), "\(n) / \(divisor)")
      }
    }
  }
}

extension PointwiseExpression {
  fileprivate static func random(depth: Int, _ random: inout SplitMix64) -> PointwiseExpression {
    func operand() -> PointwiseExpression { .random(depth: depth - 1, &random) }
    switch Int.random(in: depth == 0 ? 0...1 : 0...8, using: &random) {
    case 0: return .input(Int.random(in: 0...1, using: &random))
    case 1: return .constant([0, 1, -2, 0.5, .infinity].randomElement(using: &random) ?? 0)
    case 2...4:
      let function = ElementwiseCatalogue.functions.randomElement(using: &random) ?? .relu
      return .unary(function, operand())
    case 5...7:
      let function = PointwiseBinary.allCases.randomElement(using: &random) ?? .add
      return .binary(function, operand(), operand())
    default: return .where(operand(), operand(), operand())
    }
  }
}

extension PointwiseProblem.Operand {
  /// Where the element for a place of the output lies.
  func place(of index: Int, in output: [Int]) -> Int {
    var (rest, place, stride) = (index, 0, 1)
    for (axis, extent) in output.enumerated().reversed() {
      let own = axis - output.count + shape.count
      if own >= 0 {
        if shape[own] != 1 { place += rest % extent * stride }
        stride *= shape[own]
      }
      rest /= extent
    }
    return place
  }
}
