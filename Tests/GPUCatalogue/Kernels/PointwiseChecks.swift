import Emulator
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Expressions, types, and the broadcasting of inputs.
  package static var pointwise: [any KernelCheck] {
    let compositions = (0..<100 as Range<UInt64>).map(CompositionCheck.init)
    return PointwiseCheck.all + compositions + [InPlaceCheck()]
  }
}

/// Kernels compute the expression of every element.
struct PointwiseCheck: KernelCheck {
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

  var name: String {
    let inputs = inputs.map { "\($0.element)\($0.shape)" }.joined(separator: ", ")
    return "pointwise/\(expression) of \(inputs) to \(output.element)\(output.shape)"
      + (configuration.map { ", \($0.threadCount) threads of \($0.vectorCount)" } ?? "")
  }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let problem = try PointwiseProblem(expression, inputs: inputs, output: output)
    let kernel = PointwiseKernel(problem, configuration)
    var random = SplitMix64(seed: 1)
    let numbers = inputs.map { operand in
      let count = operand.shape.reduce(1, *)
      return count == Self.specials.count
        ? Self.specials : random.floats(count).map(operand.element.rounded)
    }
    let addresses = try zip(numbers, inputs).map { try device.buffer($0, as: $1.element) }
    let result = try device.output(output.element, count: problem.elementCount)
    try device.run(kernel, kernel.arguments(inputs: addresses, output: result))
    let got = try device.read(output.element, count: problem.elementCount, from: result)
    let want = (0..<problem.elementCount).map { index in
      expression.evaluate(
        zip(numbers, inputs).map { numbers, operand in
          Double(numbers[operand.place(of: index, in: output.shape)])
        })
    }
    // Two operations, and sums that cancel.
    let ulp = output.element == .f32 ? 1.2 : 0.51
    findings.expectNear(
      got, want, output.element, Tolerance(ulp: ulp, absolute: 0x1p-23), kernel.name)
  }
}

extension PointwiseCheck {
  static let sum: PointwiseExpression = .input(0) + .input(1)
  static let residual: PointwiseExpression = .unary(
    .relu, .input(0) * .input(1) + .input(2))

  static let all: [PointwiseCheck] =
    // Sizes around a vector, a warp and a block.
    [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 255, 257, 1021, 1024, 1031].flatMap { count in
      KernelElement.allCases.map { element in
        PointwiseCheck(sum, [(element, [count]), (element, [count])], to: (element, [count]))
      }
    } + [
      PointwiseCheck(sum, [(.f32, [1000]), (.f16, [1000])], to: (.f16, [1000])),
      PointwiseCheck(sum, [(.f16, [37]), (.f16, [])], to: (.f32, [37])),
      PointwiseCheck(sum, [(.f32, []), (.f32, [])], to: (.f32, [])),
      PointwiseCheck(sum, [(.f32, [1, 1]), (.f32, [1])], to: (.f32, [1, 1, 1])),
      PointwiseCheck(sum, [(.f32, [7, 1]), (.f32, [1, 5])], to: (.f32, [7, 5])),
      PointwiseCheck(sum, [(.f16, [2, 3, 8]), (.f16, [3, 1])], to: (.f16, [2, 3, 8])),
      PointwiseCheck(sum, [(.f16, [2, 3, 4]), (.f16, [3, 1])], to: (.f16, [2, 3, 4])),
      PointwiseCheck(sum, [(.f16, [2, 3, 6]), (.f16, [2, 1, 6])], to: (.f16, [2, 3, 6])),
      PointwiseCheck(sum, [(.bf16, [37]), (.f32, [])], to: (.bf16, [37])),
      PointwiseCheck(sum, [(.bf16, [2, 3, 6]), (.f16, [2, 1, 6])], to: (.f32, [2, 3, 6])),
      PointwiseCheck(sum, [(.f32, [7, 1]), (.bf16, [1, 5])], to: (.bf16, [7, 5])),
      PointwiseCheck(
        residual, [(.f16, [2, 17, 49]), (.f32, [17, 1]), (.f16, [2, 17, 49])],
        to: (.f16, [2, 17, 49])),
      PointwiseCheck(
        residual, [(.f32, [2, 5, 7, 8]), (.f32, [1, 5, 1, 1]), (.f32, [1, 1, 7, 8])],
        to: (.f32, [2, 5, 7, 8])),
      PointwiseCheck(
        residual,
        [(.f32, [2, 1, 3, 1, 2, 1]), (.f32, [1, 3, 1, 5, 1, 7]), (.f32, [2, 3, 3, 5, 2, 7])],
        to: (.f32, [2, 3, 3, 5, 2, 7])),
      PointwiseCheck(
        .where(.binary(.less, .input(0), .input(1)), .input(0), .constant(2)),
        [(.f32, [100]), (.f32, [100])], to: (.f32, [100])),
      PointwiseCheck(
        .where(.input(0), .input(1), .unary(.negate, .input(1))), [(.f32, [9]), (.f32, [9])],
        to: (.f32, [9])),
      PointwiseCheck(.constant(3), [], to: (.f16, [11])),
      PointwiseCheck(.unary(.power(0), .input(0)) + .constant(2), [(.f16, [9])], to: (.f16, [9])),
      PointwiseCheck(
        .where(.unary(.power(0), .input(0)), .constant(2), .input(0)), [(.f16, [9])],
        to: (.f16, [9])),
      PointwiseCheck(.unary(.exp, .constant(1)) + .constant(1) / .constant(3), [], to: (.f32, [5])),
      PointwiseCheck(
        .where(.constant(0), .constant(1), .binary(.greater, .constant(2), .constant(1))), [],
        to: (.f32, [3])),
      // Zeros of both signs.
      PointwiseCheck(
        .where(
          .binary(.less, .input(0), .constant(0)), .input(0) / .constant(0),
          .input(0) / .constant(-0.0)), [(.f32, [specials.count])], to: (.f32, [specials.count])),
      PointwiseCheck(
        .constant(1) / .unary(.leakyRelu(slope: 0), .input(0))
          + .constant(1) / .unary(.leakyRelu(slope: -0.0), .input(0)),
        [(.f32, [specials.count])], to: (.f32, [specials.count])),
      PointwiseCheck(
        sum, [(.f32, [100]), (.f32, [100])], to: (.f32, [100]),
        PointwiseConfiguration(vectorCount: 1, threadCount: 32)),
      PointwiseCheck(
        sum, [(.f16, [1000]), (.f32, [1000])], to: (.f16, [1000]),
        PointwiseConfiguration(vectorCount: 2, threadCount: 64)),
    ]
    + KernelElement.allCases.flatMap(ofLanes)
    + PointwiseBinary.allCases.map {
      PointwiseCheck(
        .binary($0, .input(0), .input(1)),
        [(.f32, [specials.count, 1]), (.f32, [specials.count])],
        to: (.f32, [specials.count, specials.count]))
    }

  /// Lanes [N/8, C, H, W, 8] with numbers for each channel, each image and channel, each pixel, and each row.
  private static func ofLanes(_ element: KernelElement) -> [PointwiseCheck] {
    let shape = [2, 5, 3, 7, 8]
    return [
      PointwiseCheck(
        residual, [(element, shape), (.f32, [1, 5, 1, 1, 1]), (.f32, [1, 5, 1, 1, 1])],
        to: (element, shape)),
      PointwiseCheck(
        residual, [(element, shape), (element, [2, 5, 1, 1, 8]), (.f32, [])], to: (element, shape)),
      PointwiseCheck(
        residual, [(element, shape), (.f32, [1, 1, 3, 7, 1]), (element, [2, 1, 3, 7, 8])],
        to: (element, shape)),
      PointwiseCheck(
        residual, [(element, [1, 5, 3, 7, 8]), (.f32, [7, 1]), (.f32, [5, 1, 1, 1])],
        to: (element, [1, 5, 3, 7, 8])),
    ]
  }

  static let specials: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 3e38, -2.5,
  ]
}

/// Every composition can be built, and gives the bits that the emulator gives of the kernel as it was
/// built.
private struct CompositionCheck: KernelCheck {
  let seed: UInt64

  var name: String { "pointwise/composition \(seed)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    var random = SplitMix64(seed: seed)
    let expression = PointwiseExpression.random(depth: 4, &random)
    let element = seed.isMultiple(of: 4) ? KernelElement.bf16 : .f16
    let numbers = random.floats(19).map(Half.bits)
    let x = try device.buffer(numbers)
    let y = try device.output(element, count: 19)
    let operand = PointwiseProblem.Operand(element, [19])
    let kernel = PointwiseKernel(
      try PointwiseProblem(expression, inputs: [operand, operand], output: operand))
    do {
      try device.run(kernel, kernel.arguments(inputs: [x, x], output: y))
      let got = try device.read(UInt16.self, count: 19, from: y)
      let memory = GlobalMemory()
      let (input, output) = (try memory.allocate(numbers), try memory.allocate(byteCount: 38))
      _ = try Emulator.run(
        EmulatedProgram(kernel.build().program),
        Launch(struct: kernel.arguments(inputs: [input, input], output: output)), memory: memory)
      let want = try memory.read(UInt16.self, count: 19, from: output)
      findings.expect(got == want, "\(expression): got \(got), want \(want)")
    } catch {
      findings.fail("\(expression): \(error)")
    }
  }
}

/// An operation may be in place.
private struct InPlaceCheck: KernelCheck {
  var name: String { "pointwise/in place" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let x = try device.buffer([1, -2, 3, -4, 5] as [Float])
    let kernel = PointwiseKernel(
      try PointwiseProblem(
        .unary(.relu, .input(0)), inputs: [.init(.f32, [5])], output: .init(.f32, [5])))
    try device.run(kernel, kernel.arguments(inputs: [x], output: x))
    let got = try device.read(.f32, count: 5, from: x)
    findings.expect(got == [1, 0, 3, 0, 5], "\(got)")
  }
}

extension PointwiseExpression {
  fileprivate static func random(depth: Int, _ random: inout SplitMix64) -> PointwiseExpression {
    func operand() -> PointwiseExpression { .random(depth: depth - 1, &random) }
    switch Int.random(in: depth == 0 ? 0...1 : 0...8, using: &random) {
    case 0: return .input(Int.random(in: 0...1, using: &random))
    case 1:
      let constants: [Float] = [0, 1, -2, 0.5, .infinity]
      return .constant(PointwiseConstant(constants.randomElement(using: &random) ?? 0))
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
