import GPUKernels
import KernelIR
import Tensors
import Testing

/// Every function against double precision: special numbers, all magnitudes, and what is usual.
struct MathTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var function: PointwiseUnary
    var ulp: Double
    /// Numbers that it is tested with; all where nil.
    var range: ClosedRange<Float>?
    /// An error that does not count, as near results the function's slope is steep.
    var absolute = 0.0
    /// Whether infinities and the greatest numbers are tested.
    var allowsInfinity = true

    var testDescription: String { "\(function)" }
  }

  static let cases: [Case] = [
    Case(function: .negate, ulp: 0),
    Case(function: .absolute, ulp: 0),
    Case(function: .sign, ulp: 0),
    Case(function: .squareRoot, ulp: 0.5),
    Case(function: .reciprocal, ulp: 0.5),
    Case(function: .floor, ulp: 0),
    Case(function: .ceil, ulp: 0),
    Case(function: .round, ulp: 0),
    Case(function: .exp, ulp: 1.1),
    Case(function: .log, ulp: 1),
    Case(function: .erf, ulp: 1.1),
    Case(function: .tanh, ulp: 2.5),
    Case(function: .sigmoid, ulp: 2.4),
    Case(function: .softplus, ulp: 1.7),
    Case(function: .relu, ulp: 0),
    Case(function: .leakyRelu(slope: 0.1), ulp: 0.5),
    Case(function: .clip(lower: -1, upper: 6), ulp: 0),
    Case(function: .hardSigmoid(alpha: 0.2, beta: 0.5), ulp: 1, absolute: 0x1p-24),
    Case(function: .hardSwish, ulp: 2, absolute: 0x1p-21, allowsInfinity: false),
    Case(function: .elu(alpha: 1.5), ulp: 2.3),
    Case(function: .gelu(approximates: false), ulp: 8),
    Case(function: .gelu(approximates: true), ulp: 4, range: -1...1e3),
    // Rounding the exponential's argument is magnified where the function all but vanishes.
    Case(function: .gelu(approximates: true), ulp: 100, range: -8...8),
    Case(function: .silu, ulp: 3, absolute: 1e-42, allowsInfinity: false),
    Case(function: .mish, ulp: 4, range: -80...80),
    Case(function: .power(1.0 / 3), ulp: 2.5, range: 0...(.infinity)),
    Case(function: .power(0), ulp: 0),
    Case(function: .power(1), ulp: 0),
    Case(function: .power(2), ulp: 0.5),
    Case(function: .power(3), ulp: 1.5),
    Case(function: .power(-2), ulp: 2, range: 1e-18...1e18),
    Case(function: .power(0.5), ulp: 0.5, range: -1e30...1e30),
    Case(function: .power(2.5), ulp: 4.5, range: 0...(.infinity)),
    Case(function: .power(-0.75), ulp: 2.75, range: 0...(.infinity)),
  ]

  @Test(arguments: cases)
  func `functions are as accurate as they say`(test: Case) throws {
    let expression = PointwiseExpression.unary(test.function, .input(0))
    let numbers = Self.numbers.filter { number in
      test.range.map { $0.contains(number) }
        ?? (test.allowsInfinity || number.magnitude < 1e37 || number.isNaN)
    }
    let device = EmulatedDevice()
    let (input, output) = (
      try device.buffer(numbers), try device.output(.f32, count: numbers.count)
    )
    let kernel = PointwiseKernel(
      try PointwiseProblem(
        expression, inputs: [.init(.f32, [numbers.count])], output: .init(.f32, [numbers.count])))
    try device.run(kernel, kernel.arguments(inputs: [input], output: output))
    let got = try device.read(.f32, count: numbers.count, from: output)
    let want = numbers.map { expression.evaluate([Double($0)]) }
    expectNear(
      got, want, .f32, Tolerance(ulp: test.ulp, absolute: test.absolute), "\(expression)")
    for (number, (got, want)) in zip(numbers, zip(got, want)) where got == 0 && want == 0 {
      // Signs of zeros, and NaN, for which comparisons are false.
      #expect(got.sign == want.sign, "\(expression) of \(number)")
    }
  }

  /// A function's error in f32 is next to nothing in f16, where results are rounded once more.
  @Test(arguments: cases)
  func `functions of every half are rounded once`(test: Case) throws {
    let expression = PointwiseExpression.unary(test.function, .input(0))
    let bits = (0...UInt16.max).filter { bits in
      test.range.map { $0.contains(Half.value(of: bits)) }
        ?? (test.allowsInfinity || bits & 0x7fff != 0x7c00)
    }
    let device = EmulatedDevice()
    let (input, output) = (try device.buffer(bits), try device.output(.f16, count: bits.count))
    let operand = PointwiseProblem.Operand(.f16, [bits.count])
    let kernel = PointwiseKernel(
      try PointwiseProblem(expression, inputs: [operand], output: operand))
    try device.run(kernel, kernel.arguments(inputs: [input], output: output))
    let got = try device.read(.f16, count: bits.count, from: output)
    let want = bits.map { expression.evaluate([Double(Half.value(of: $0))]) }
    expectNear(got, want, .f16, Tolerance(ulp: 0.51), "\(expression)")
  }

  static let numbers: [Float] = {
    var random = SplitMix64(seed: 7)
    var numbers: [Float] = [
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
      .leastNormalMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 88.72284, 88.72283, -87.33655,
      -103.97, -104, 0.93, -0.93, 4, -4, 10, -10, 15, -15, 14.5, -14.5, 6, -3, 3, 8_388_608.5,
      0x1.fffffep-1, 0x1.000002p0,
    ]
    // All exponents and signs, with random fractions.
    for bits in stride(from: UInt64(0), to: 1 << 32, by: 1 << 16) {
      numbers.append(Float(bitPattern: UInt32(bits | random.next() & 0xffff)))
    }
    for range in [0.1, 1, 8, 100] as [Float] { numbers += random.floats(1 << 13, range: range) }
    return numbers
  }()
}
