import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Every operator in every form against sums in double precision.
  package static var reductions: [any KernelCheck] {
    ReductionCheck.all + AxesReductionCheck.all + [SpecialReductionsCheck()]
  }
}

/// Reductions reduce.
private struct ReductionCheck: KernelCheck {
  var form: AxisForm?
  /// Of parts that are reduced first.
  var partLength: Int?
  var extents: (outer: Int, axis: Int, inner: Int)
  var input = KernelElement.f32
  var output = KernelElement.f32

  var name: String {
    "reductions/\(extents.outer)×\(extents.axis)×\(extents.inner) \(input) to \(output), "
      + (form.map { "\($0)" } ?? "chosen") + (partLength.map { " of parts of \($0)" } ?? "")
  }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    var random = SplitMix64(seed: 3)
    let (outer, axis, inner) = extents
    let range = try AxisRange(outer: outer, axis: axis, inner: inner)
    let numbers = random.floats(range.elementCount, range: 2).map(input.rounded)
    let source = try device.buffer(numbers, as: input)
    for `operator` in ReductionOperator.allCases {
      let problem = ReductionProblem(`operator`, range, input: input, output: output)
      let plan = ReductionPlan(
        problem, form.map { ReductionConfiguration($0, partLength: partLength) })
      let target = try device.output(output, count: range.outputCount)
      try device.run(plan, input: source, output: target)
      let got = try device.read(output, count: range.outputCount, from: target)
      let rows = range.rows(of: numbers.map(Double.init))
      let want = rows.map(`operator`.evaluate)
      // Each partial sum is rounded; those of these forms are short.
      let scale = rows.map { $0.reduce(0) { $0 + $1.magnitude } }.max() ?? 0
      let isSum = [.sum, .mean].contains(`operator`)
      findings.expectNear(
        got, want, output,
        Tolerance(
          ulp: `operator`.isSelection ? 0.51 : output == .f32 ? 4 + Double(axis) / 16 : 0.6,
          absolute: isSum ? scale * 0x1p-21 : 0x1p-21), "\(plan.kernels[0].name) \(extents)")
    }
  }

  static let all: [ReductionCheck] = {
    var cases: [ReductionCheck] = [
      ReductionCheck(extents: (1, 1, 1)), ReductionCheck(extents: (1, 100_003, 1)),
      ReductionCheck(extents: (1000, 3, 7)),
      ReductionCheck(extents: (300, 17, 1), input: .f16, output: .f32),
      ReductionCheck(extents: (3, 49, 64), input: .f16, output: .f16),
      ReductionCheck(extents: (7, 1000, 1), input: .f16, output: .f16),
      ReductionCheck(extents: (300, 17, 1), input: .bf16, output: .f32),
      ReductionCheck(extents: (5, 49, 8), input: .bf16, output: .bf16),
      ReductionCheck(extents: (100, 3, 40), input: .bf16, output: .bf16),
      ReductionCheck(extents: (7, 1000, 1), input: .bf16, output: .bf16),
      ReductionCheck(extents: (2, 4096, 1), input: .f32, output: .bf16),
    ]
    for axis in [1, 2, 31, 32, 33, 127, 255, 256, 257, 1021] {
      for form in [AxisForm.threads, .warps(vectorCount: 1), .blocks(vectorCount: 1), .columns] {
        cases.append(ReductionCheck(form: form, extents: (5, axis, 1)))
      }
    }
    for axis in [8, 128, 136, 264, 1024, 2056] {
      for form in [AxisForm.warps(vectorCount: 4), .blocks(vectorCount: 4)] {
        cases.append(ReductionCheck(form: form, extents: (9, axis, 1)))
      }
      for form in [AxisForm.warps(vectorCount: 8), .blocks(vectorCount: 8)] {
        cases.append(ReductionCheck(form: form, extents: (3, axis, 1), input: .f16, output: .f16))
      }
    }
    for inner in [2, 3, 7, 8, 31, 32, 33, 49, 100, 257] {
      for axis in [1, 7, 300] {
        cases.append(ReductionCheck(form: .threads, extents: (3, axis, inner)))
        cases.append(ReductionCheck(form: .columns, extents: (3, axis, inner)))
      }
    }
    // Parts, the last of which is shorter, or which are one.
    for (axis, length) in [(1021, 64), (1024, 1024), (300, 256), (70, 1)] {
      for inner in [1, 3, 40] {
        cases.append(
          ReductionCheck(form: .columns, partLength: length, extents: (3, axis, inner)))
      }
      cases.append(
        ReductionCheck(form: .blocks(vectorCount: 1), partLength: length, extents: (3, axis, 1)))
    }
    for (axis, length) in [(1024, 1024), (264, 256), (2056, 8)] {
      cases.append(
        ReductionCheck(
          form: .blocks(vectorCount: 8), partLength: length, extents: (3, axis, 1), input: .f16,
          output: .f16))
    }
    // Few long rows and columns.
    cases.append(ReductionCheck(extents: (2, 40_008, 1), input: .f16, output: .f16))
    cases.append(ReductionCheck(extents: (1, 2053, 33)))
    return cases
  }()
}

extension CheckedDevice {
  /// Launches a plan's kernels.
  func run(_ plan: ReductionPlan, input: UInt64, output: UInt64) throws {
    let scratch = plan.scratchByteCount == 0 ? 0 : try allocate(byteCount: plan.scratchByteCount)
    for (kernel, arguments) in zip(
      plan.kernels, plan.arguments(input: input, scratch: scratch, output: output))
    {
      try run(kernel, arguments)
    }
  }
}

private struct SpecialReductionsCheck: KernelCheck {
  var name: String { "reductions/special numbers" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let infinity = Float.infinity
    let rows: [[Float]] = [
      [1, .nan, 2], [infinity, 1, 2], [-infinity, 1, 2], [-infinity, -infinity, -infinity],
      [infinity, infinity, 0], [3e38, 3e38, 1], [-3e38, -3e38, -3e38], [0, -0.0, 0],
      [infinity, -infinity, 0],
    ]
    let input = try device.buffer(rows.flatMap(\.self))
    let range = try AxisRange(outer: rows.count, axis: 3, inner: 1)
    for `operator` in ReductionOperator.allCases {
      for configuration in [
        ReductionConfiguration(.threads), .init(.warps(vectorCount: 1)),
        .init(.blocks(vectorCount: 1)), .init(.columns),
        .init(.blocks(vectorCount: 1), partLength: 2), .init(.columns, partLength: 1),
      ] {
        let plan = ReductionPlan(
          ReductionProblem(`operator`, range, input: .f32, output: .f32), configuration)
        let output = try device.output(.f32, count: rows.count)
        try device.run(plan, input: input, output: output)
        let got = try device.read(.f32, count: rows.count, from: output)
        // Sums beyond the range of f32 are infinite, unless each element is divided before.
        let divides = `operator` == .mean && configuration.partLength == 1
        let want = rows.map { `operator`.evaluate($0.map(Double.init)) }
          .enumerated().map { row, value in
            rows[row][0].magnitude == 3e38 && !divides
              ? `operator`.overflowing(rows[row]) : value
          }
        findings.expectNear(got, want, .f32, Tolerance(ulp: 2), plan.kernels[0].name)
      }
    }
  }
}

extension AxisRange {
  /// The elements along the axis for each output.
  func rows<Element>(of elements: [Element]) -> [[Element]] {
    (0..<outputCount).map { place in
      let (o, i) = place.quotientAndRemainder(dividingBy: inner)
      return (0..<axis).map { elements[(o * axis + $0) * inner + i] }
    }
  }
}

extension ReductionOperator {
  /// Whether results are elements.
  var isSelection: Bool { self == .max || self == .min }

  package func evaluate(_ x: [Double]) -> Double {
    switch self {
    case .sum: x.reduce(0, +)
    case .mean: x.reduce(0, +) / Double(x.count)
    case .product: x.reduce(1, *)
    case .max: x.reduce(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 }
    case .min: x.reduce(.infinity) { $1.isNaN || $1 < $0 ? $1 : $0 }
    case .l1: x.reduce(0) { $0 + $1.magnitude }
    case .l2: x.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .sumSquare: x.reduce(0) { $0 + $1 * $1 }
    case .logSumExp: logSumExp(x)
    }
  }

  private func logSumExp(_ x: [Double]) -> Double {
    let greatest = x.reduce(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 }
    if greatest.isInfinite || greatest.isNaN { return greatest }
    return greatest + cLog(x.reduce(0) { $0 + cExp($1 - greatest) })
  }

  /// The result of numbers near the end of the range in f32.
  func overflowing(_ x: [Float]) -> Double {
    switch self {
    case .sum, .mean: x[0] > 0 ? .infinity : -.infinity
    case .product: evaluate(x.map(Double.init))
    case .l1, .l2, .sumSquare: .infinity
    case .max, .min, .logSumExp: evaluate(x.map(Double.init))
    }
  }
}
