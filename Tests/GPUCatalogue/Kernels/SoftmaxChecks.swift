import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Softmax and its logarithm in every form.
  package static var softmaxes: [any KernelCheck] {
    SoftmaxCheck.all + [SpecialSoftmaxesCheck(), SoftmaxInPlaceCheck()]
  }
}

/// Rows are normalized.
private struct SoftmaxCheck: KernelCheck {
  var form: AxisForm?
  var extents: (outer: Int, axis: Int, inner: Int)
  var input = KernelElement.f32
  var output = KernelElement.f32

  var name: String {
    "softmaxes/\(extents.outer)×\(extents.axis)×\(extents.inner) \(input) to \(output), "
      + (form.map { "\($0)" } ?? "chosen")
  }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    var random = SplitMix64(seed: 5)
    let (outer, axis, inner) = extents
    let range = try AxisRange(outer: outer, axis: axis, inner: inner)
    let numbers = random.floats(range.elementCount, range: 8).map(input.rounded)
    let source = try device.buffer(numbers, as: input)
    for isLogarithm in [false, true] {
      let problem = SoftmaxProblem(
        range, input: input, output: output, logarithm: isLogarithm)
      let kernel = SoftmaxKernel(problem, form.map { SoftmaxConfiguration($0, for: problem) })
      let target = try device.output(output, count: range.elementCount)
      try device.run(kernel, kernel.arguments(input: source, output: target))
      let got = try device.read(output, count: range.elementCount, from: target)
      let want = range.softmax(numbers, logarithm: isLogarithm)
      // Differences up to 16 are rounded before their exponential is taken.
      findings.expectNear(
        got, want, output,
        Tolerance(ulp: output == .f32 ? 20 : 0.6, absolute: isLogarithm ? 0x1p-19 : 0),
        "\(kernel.name) \(extents)")
    }
  }

  static let all: [SoftmaxCheck] = {
    var cases: [SoftmaxCheck] = [
      SoftmaxCheck(extents: (3, 4096, 1)), SoftmaxCheck(extents: (2, 5003, 1)),
      SoftmaxCheck(extents: (2, 1000, 1), input: .f16, output: .f16),
      SoftmaxCheck(extents: (8, 1001, 1), input: .f16, output: .f32),
      SoftmaxCheck(extents: (3, 2048, 1), input: .f16, output: .f16),
      SoftmaxCheck(extents: (2, 21, 64), input: .f16, output: .f16),
      SoftmaxCheck(extents: (2, 64, 1), input: .f32, output: .f16),
      SoftmaxCheck(extents: (2, 1000, 1), input: .bf16, output: .bf16),
      SoftmaxCheck(extents: (3, 1001, 1), input: .bf16, output: .f32),
      SoftmaxCheck(extents: (2, 2048, 1), input: .bf16, output: .bf16),
      SoftmaxCheck(extents: (2, 21, 56), input: .bf16, output: .bf16),
    ]
    for axis in [1, 2, 31, 32, 33, 255, 257, 1000, 1021] {
      for form in [nil, AxisForm.blocks(vectorCount: 1), .columns] {
        cases.append(SoftmaxCheck(form: form, extents: (9, axis, 1)))
      }
    }
    for inner in [2, 3, 31, 32, 33, 49, 257] {
      for axis in [1, 7, 100] { cases.append(SoftmaxCheck(extents: (3, axis, inner))) }
    }
    return cases
  }()
}

private struct SpecialSoftmaxesCheck: KernelCheck {
  var name: String { "softmaxes/special numbers" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let infinity = Float.infinity
    let rows: [[Float]] = [
      [1, .nan, 2], [infinity, 1, 2], [-infinity, 1, 2], [-infinity, -infinity, -infinity],
      [1e30, 1e30, -1e30], [3e38, -3e38, 0], [-3e38, -3e38, -3e38], [0, -0.0, 0],
      [88, 89, 90], [-1000, -1001, -1100],
    ]
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
        findings.expectNear(got, want, .f32, Tolerance(ulp: 4, absolute: 1e-44), kernel.name)
      }
    }
  }
}

/// Softmax may be in place.
private struct SoftmaxInPlaceCheck: KernelCheck {
  var name: String { "softmaxes/in place" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let range = try AxisRange(outer: 1, axis: 2, inner: 3)
    let x = try device.buffer([1, 2, 3, 1, 2, 3] as [Float])
    let kernel = SoftmaxKernel(
      SoftmaxProblem(range, input: .f32, output: .f32, logarithm: false))
    try device.run(kernel, kernel.arguments(input: x, output: x))
    let got = try device.read(.f32, count: 6, from: x)
    findings.expect(got == Array(repeating: 0.5, count: 6), "\(got)")
  }
}

extension AxisRange {
  func softmax(_ numbers: [Float], logarithm: Bool) -> [Double] {
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
