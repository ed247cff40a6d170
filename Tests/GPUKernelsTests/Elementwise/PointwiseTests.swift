import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors
import Testing

/// Expressions, types, and the broadcasting of inputs.
struct PointwiseTests {
  @Test(arguments: Emulated.all(KernelChecks.pointwise))
  func `kernels compute the expression of every element`(check: Emulated) {
    check.expectNoFindings()
  }

  @Test func `sizes and shapes that are none are errors`() {
    let cases: [([[Int]], [Int])] = [
      ([[0]], [0]), ([[2, -1]], [2, -1]), ([[3]], [2]), ([[2, 3]], [3]), ([[1 << 31]], [1 << 31]),
      ([[3, 4]], [1, 4]), ([[4], [4, 3]], [4, 1]), ([[2, 1, 4]], [1, 4]),
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

  @Test(arguments: KernelElement.allCases)
  func `accesses are coalesced`(element: KernelElement) throws {
    let device = CheckedDevice(EmulatorDevice())
    let x = try device.buffer([Float](repeating: 1, count: 4096), as: element)
    let y = try device.output(element, count: 4096)
    let kernel = PointwiseKernel(
      try PointwiseProblem(
        .unary(.relu, .input(0)), inputs: [.init(element, [4096])],
        output: .init(element, [4096])))
    try device.run(kernel, kernel.arguments(inputs: [x], output: y))
    let total = try #require(device.device.lastReport).total
    #expect(total.globalSectors == UInt64(2 * 4096 * element.byteCount / 32))
  }

  @Test(arguments: KernelElement.allCases)
  func `lanes are scaled by channel with vectors`(element: KernelElement) throws {
    let device = CheckedDevice(EmulatorDevice())
    let shape = [2, 4, 8, 8, 8]
    let count = shape.reduce(1, *)
    let x = try device.buffer([Float](repeating: 1, count: count), as: element)
    let scale = try device.buffer([Float](repeating: 2, count: 4))
    let y = try device.output(element, count: count)
    let kernel = PointwiseKernel(
      try PointwiseProblem(
        .input(0) * .input(1), inputs: [.init(element, shape), .init(.f32, [1, 4, 1, 1, 1])],
        output: .init(element, shape)))
    #expect(kernel.configuration.vectorCount == element.vectorCount)
    try device.run(kernel, kernel.arguments(inputs: [x, scale], output: y))
    let total = try #require(device.device.lastReport).total
    // A warp has elements of one channel, whose scale is in one sector.
    let warps = count / element.vectorCount / 32
    #expect(total.globalSectors == UInt64(2 * count * element.byteCount / 32 + warps))
  }

  @Test func `vectors that do not fit rows are refused`() async {
    await #expect(processExitsWith: .failure) {
      let problem = try PointwiseProblem(
        .input(0) + .input(1), inputs: [.init(.f32, [7, 6]), .init(.f32, [6])],
        output: .init(.f32, [7, 6]))
      _ = PointwiseKernel(problem, PointwiseConfiguration(vectorCount: 4))
    }
  }

  @Test func `expressions are equal where their bits are, and kernels' names then`() throws {
    let x = PointwiseExpression.input(0)
    let pairs: [(PointwiseExpression, PointwiseExpression)] = [
      (.constant(0), .constant(-0.0)),
      (.unary(.leakyRelu(slope: 0), x), .unary(.leakyRelu(slope: -0.0), x)),
      (.unary(.clip(lower: 0, upper: 1), x), .unary(.clip(lower: -0.0, upper: 1), x)),
      (
        .unary(.hardSigmoid(alpha: 1, beta: 0), x), .unary(.hardSigmoid(alpha: 1, beta: -0.0), x)
      ),
      (.unary(.elu(alpha: 0), x), .unary(.elu(alpha: -0.0), x)),
      (.unary(.power(0), x), .unary(.power(-0.0), x)),
      (.constant(0.1), .constant(0x1.99999cp-4)),
    ]
    func name(_ expression: PointwiseExpression) throws -> String {
      PointwiseKernel(
        try PointwiseProblem(expression, inputs: [.init(.f32, [8])], output: .init(.f32, [8]))
      ).name
    }
    for (a, b) in pairs {
      #expect(a == a && Set([a, b]).count == 2, "\(a), \(b)")
      #expect(try name(a) != name(b), "\(a), \(b)")
    }
    #expect(PointwiseConstant(.nan) == PointwiseConstant(-.nan))
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
