import GPUKernels
import KernelIR
import Tensors
import Testing

/// Softmax and its logarithm in every form.
struct SoftmaxTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var form: AxisForm?
    var extents: (outer: Int, axis: Int, inner: Int)
    var input = KernelElement.f32
    var output = KernelElement.f32

    var testDescription: String { "\(extents) \(input) to \(output)" }
  }

  static let cases: [Case] = {
    var cases: [Case] = [
      Case(extents: (3, 4096, 1)), Case(extents: (2, 5003, 1)),
      Case(extents: (2, 1000, 1), input: .f16, output: .f16),
      Case(extents: (8, 1001, 1), input: .f16, output: .f32),
      Case(extents: (3, 2048, 1), input: .f16, output: .f16),
      Case(extents: (2, 21, 64), input: .f16, output: .f16),
      Case(extents: (2, 64, 1), input: .f32, output: .f16),
    ]
    for axis in [1, 2, 31, 32, 33, 255, 257, 1000, 1021] {
      for form in [nil, AxisForm.blocks(vectorCount: 1), .columns] {
        cases.append(Case(form: form, extents: (9, axis, 1)))
      }
    }
    for inner in [2, 3, 31, 32, 33, 49, 257] {
      for axis in [1, 7, 100] { cases.append(Case(extents: (3, axis, inner))) }
    }
    return cases
  }()

  @Test(arguments: cases)
  func `rows are normalized`(test: Case) throws {
    var random = SplitMix64(seed: 5)
    let (outer, axis, inner) = test.extents
    let range = try AxisRange(outer: outer, axis: axis, inner: inner)
    let numbers = random.floats(range.elementCount, range: 8).map(test.input.rounded)
    let device = EmulatedDevice()
    let input = try device.buffer(numbers, as: test.input)
    for isLogarithm in [false, true] {
      let problem = SoftmaxProblem(
        range, input: test.input, output: test.output, logarithm: isLogarithm)
      let kernel = SoftmaxKernel(problem, test.form.map { SoftmaxConfiguration($0, for: problem) })
      let output = try device.output(test.output, count: range.elementCount)
      try device.run(kernel, kernel.arguments(input: input, output: output))
      let got = try device.read(test.output, count: range.elementCount, from: output)
      let want = range.softmax(numbers, logarithm: isLogarithm)
      // Differences up to 16 are rounded before their exponential is taken.
      expectNear(
        got, want, test.output,
        Tolerance(ulp: 20, absolute: isLogarithm ? 0x1p-19 : 0), "\(kernel.name) \(test.extents)")
    }
  }

  @Test func `special numbers`() throws {
    let infinity = Float.infinity
    let rows: [[Float]] = [
      [1, .nan, 2], [infinity, 1, 2], [-infinity, 1, 2], [-infinity, -infinity, -infinity],
      [1e30, 1e30, -1e30], [3e38, -3e38, 0], [-3e38, -3e38, -3e38], [0, -0.0, 0],
      [88, 89, 90], [-1000, -1001, -1100],
    ]
    let device = EmulatedDevice()
    let input = try device.buffer(rows.flatMap(\.self))
    let range = try AxisRange(outer: rows.count, axis: 3, inner: 1)
    for form in [AxisForm.warps(vectorCount: 1), .blocks(vectorCount: 1), .columns] {
      for isLogarithm in [false, true] {
        let problem = SoftmaxProblem(range, input: .f32, output: .f32, logarithm: isLogarithm)
        let kernel = SoftmaxKernel(problem, SoftmaxConfiguration(form, for: problem))
        let output = try device.output(.f32, count: range.elementCount)
        try device.run(kernel, kernel.arguments(input: input, output: output))
        let got = try device.read(.f32, count: range.elementCount, from: output)
        let want = range.softmax(rows.flatMap(\.self), logarithm: isLogarithm)
        expectNear(got, want, .f32, Tolerance(ulp: 4, absolute: 1e-44), kernel.name)
      }
    }
  }

  @Test func `softmax may be in place`() throws {
    let device = EmulatedDevice()
    let range = try AxisRange(outer: 1, axis: 2, inner: 3)
    let x = try device.buffer([1, 2, 3, 1, 2, 3] as [Float])
    let kernel = SoftmaxKernel(
      SoftmaxProblem(range, input: .f32, output: .f32, logarithm: false))
    try device.run(kernel, kernel.arguments(input: x, output: x))
    #expect(try device.read(.f32, count: 6, from: x) == Array(repeating: 0.5, count: 6))
  }
}

extension AxisRange {
  fileprivate func softmax(_ numbers: [Float], logarithm: Bool) -> [Double] {
    var results = [Double](repeating: 0, count: elementCount)
    let places = rows(of: Array(0..<elementCount))
    for (row, places) in zip(rows(of: numbers.map(Double.init)), places) {
      let greatest = row.reduce(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 }
      let sum = row.reduce(0) { $0 + cExp($1 - greatest) }
      for (x, place) in zip(row, places) {
        results[place] = logarithm ? x - greatest - cLog(sum) : cExp(x - greatest) / sum
      }
    }
    return results
  }
}
