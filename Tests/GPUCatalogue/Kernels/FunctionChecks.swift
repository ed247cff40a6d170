import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Every function against double precision: special numbers, all magnitudes, and what is usual;
  /// then every number of 16 bits.
  package static var functions: [any KernelCheck] {
    FunctionCase.all.map(FunctionCheck.init)
      + [KernelElement.f16, .bf16].flatMap { element in
        FunctionCase.all.map { ShortFunctionCheck(test: $0, element: element) }
      }
  }
}

/// A function of one number, and how accurate it is.
struct FunctionCase: Sendable {
  var function: PointwiseUnary
  var ulp: Double
  /// Numbers that it is tried with; all where nil.
  var range: ClosedRange<Float>?
  /// An error that does not count, as near results the function's slope is steep.
  var absolute = 0.0
  /// Whether infinities and the greatest numbers are tried.
  var allowsInfinity = true

  var expression: PointwiseExpression { .unary(function, .input(0)) }
  var description: String {
    "\(function)" + (range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? "")
  }

  static let all: [FunctionCase] = [
    FunctionCase(function: .negate, ulp: 0),
    FunctionCase(function: .absolute, ulp: 0),
    FunctionCase(function: .sign, ulp: 0),
    FunctionCase(function: .squareRoot, ulp: 0.5),
    FunctionCase(function: .reciprocal, ulp: 0.5),
    FunctionCase(function: .floor, ulp: 0),
    FunctionCase(function: .ceil, ulp: 0),
    FunctionCase(function: .round, ulp: 0),
    FunctionCase(function: .exp, ulp: 1.1),
    FunctionCase(function: .log, ulp: 1),
    FunctionCase(function: .erf, ulp: 1.1),
    FunctionCase(function: .tanh, ulp: 2.6),
    FunctionCase(function: .sigmoid, ulp: 2.5),
    FunctionCase(function: .softplus, ulp: 1.7),
    FunctionCase(function: .relu, ulp: 0),
    FunctionCase(function: .leakyRelu(slope: 0.1), ulp: 0.5),
    FunctionCase(function: .clip(lower: -1, upper: 6), ulp: 0),
    FunctionCase(function: .hardSigmoid(alpha: 0.2, beta: 0.5), ulp: 1, absolute: 0x1p-24),
    FunctionCase(function: .hardSwish, ulp: 2, absolute: 0x1p-21, allowsInfinity: false),
    FunctionCase(function: .elu(alpha: 1.5), ulp: 2.3),
    FunctionCase(function: .gelu(approximates: false), ulp: 8),
    FunctionCase(function: .gelu(approximates: true), ulp: 4, range: -1...1e3),
    // Rounding the exponential's argument is magnified where the function all but vanishes.
    FunctionCase(function: .gelu(approximates: true), ulp: 100, range: -8...8),
    FunctionCase(function: .silu, ulp: 3, absolute: 1e-42, allowsInfinity: false),
    FunctionCase(function: .mish, ulp: 4, range: -80...80),
    FunctionCase(function: .power(PointwiseConstant(1.0 / 3)), ulp: 2.5, range: 0...(.infinity)),
    FunctionCase(function: .power(0), ulp: 0),
    FunctionCase(function: .power(1), ulp: 0),
    FunctionCase(function: .power(2), ulp: 0.5),
    FunctionCase(function: .power(3), ulp: 1.5),
    FunctionCase(function: .power(-1), ulp: 0.5),
    FunctionCase(function: .power(-2), ulp: 2),
    FunctionCase(function: .power(-3), ulp: 5),
    FunctionCase(function: .power(-6), ulp: 7),
    FunctionCase(function: .power(0.5), ulp: 0.5, range: -1e30...1e30),
    FunctionCase(function: .power(2.5), ulp: 4.5, range: 0...(.infinity)),
    FunctionCase(function: .power(-0.75), ulp: 2.75, range: 0...(.infinity)),
  ]
}

/// Functions are as accurate as they say.
private struct FunctionCheck: KernelCheck {
  let test: FunctionCase

  var name: String { "functions/\(test.description) of f32" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let expression = test.expression
    let numbers = Self.numbers.filter { number in
      test.range.map { $0.contains(number) }
        ?? (test.allowsInfinity || number.magnitude < 1e37 || number.isNaN)
    }
    let (input, output) = (
      try device.buffer(numbers), try device.output(.f32, count: numbers.count)
    )
    let operand = PointwiseProblem.Operand(.f32, [numbers.count])
    let kernel = PointwiseKernel(
      try PointwiseProblem(expression, inputs: [operand], output: operand))
    try device.run(kernel, kernel.arguments(inputs: [input], output: output))
    let got = try device.read(.f32, count: numbers.count, from: output)
    let want = numbers.map { expression.evaluate([Double($0)]) }
    findings.expectNear(
      got, want, .f32, Tolerance(ulp: test.ulp, absolute: test.absolute), "\(expression)")
    for (number, (got, want)) in zip(numbers, zip(got, want)) where got == 0 && want == 0 {
      // Signs of zeros, and NaN, for which comparisons are false.
      findings.expect(got.sign == want.sign, "\(expression) of \(number) is \(got)")
    }
  }

  static let numbers: [Float] = {
    var random = SplitMix64(seed: 7)
    var numbers: [Float] = [
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
      .leastNormalMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 88.72284, 88.72283, -87.33655,
      -103.97, -104, 0.93, -0.93, 4, -4, 10, -10, 15, -15, 14.5, -14.5, 6, -3, 3, 8_388_608.5,
      0x1.fffffep-1, 0x1.000002p0,
      // Where powers overflow and their inverses do not, and the least and greatest inverses.
      1.9e19, -1.9e19, 2.6e22, 1e15, 5.5e-20, 1.1e-19, 7e-13, -7e-13,
      // Where the hyperbolic tangent and the logistic function are least accurate.
      0x1.ffca44p-5, -0x1.0a111ap+2,
    ]
    // All exponents and signs, with random fractions.
    for bits in stride(from: UInt64(0), to: 1 << 32, by: 1 << 16) {
      numbers.append(Float(bitPattern: UInt32(bits | random.next() & 0xffff)))
    }
    for range in [0.1, 1, 8, 100] as [Float] { numbers += random.floats(1 << 13, range: range) }
    return numbers
  }()
}

/// A function's error in f32 is next to nothing in 16 bits, where results are rounded once more.
private struct ShortFunctionCheck: KernelCheck {
  let test: FunctionCase
  let element: KernelElement

  var name: String { "functions/\(test.description) of \(element)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let expression = test.expression
    let numbers = element.allShortNumbers.filter { number in
      test.range.map { $0.contains(number) } ?? (test.allowsInfinity || !number.isInfinite)
    }
    let input = try device.buffer(numbers, as: element)
    let output = try device.output(element, count: numbers.count)
    let operand = PointwiseProblem.Operand(element, [numbers.count])
    let kernel = PointwiseKernel(
      try PointwiseProblem(expression, inputs: [operand], output: operand))
    try device.run(kernel, kernel.arguments(inputs: [input], output: output))
    let got = try device.read(element, count: numbers.count, from: output)
    let want = numbers.map { expression.evaluate([Double($0)]) }
    findings.expectNear(got, want, element, Tolerance(ulp: 0.51), "\(expression)")
  }
}

extension KernelElement {
  /// The numbers of a type of 16 bits.
  fileprivate var allShortNumbers: [Float] {
    (0...UInt16.max).map { bits in
      self == .bf16 ? Float(bitPattern: UInt32(bits) << 16) : Half.value(of: bits)
    }
  }
}
