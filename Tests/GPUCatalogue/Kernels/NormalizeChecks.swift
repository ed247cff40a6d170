import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Instance, group and layer normalization on lanes.
  package static var normalizations: [any KernelCheck] {
    let cases: [any KernelCheck] = KernelElement.allCases.flatMap { element in
      NormalizeCase.all.map { NormalizeCheck(test: $0, element: element) }
    }
    return cases + [FarMeansCheck(), SpecialNormalizationsCheck()]
  }
}

struct NormalizeCase: Sendable, CustomStringConvertible {
  var outer: Int
  var axis: Int
  var period = 1
  var run = 1
  var hasScale = true
  var hasShift = true
  var configuration: NormalizeConfiguration?

  var description: String {
    "\(outer)×\(axis), \(period) rows of runs of \(run)" + (hasScale ? " scaled" : "")
      + (hasShift ? " shifted" : "")
      + (configuration.map { ", \($0.keptCount) kept by \($0.threadCount) threads" } ?? "")
  }

  func problem(_ element: KernelElement) throws -> NormalizeProblem {
    try NormalizeProblem(
      outer: outer, axis: axis, period: period, run: run, scale: hasScale, shift: hasShift,
      epsilon: 1e-5, element: element)
  }

  static let all: [NormalizeCase] = {
    var cases = [
      NormalizeCase(outer: 1, axis: 1), NormalizeCase(outer: 9, axis: 31),
      NormalizeCase(outer: 8, axis: 33, hasShift: false),
      NormalizeCase(outer: 7, axis: 128, hasScale: false, hasShift: false),
      // Layers, instances, groups with a scale for each channel, and with one for each group.
      NormalizeCase(outer: 17, axis: 96), NormalizeCase(outer: 3, axis: 768),
      NormalizeCase(outer: 6, axis: 49, period: 3, run: 49),
      NormalizeCase(outer: 4, axis: 4 * 25, period: 2, run: 25),
      NormalizeCase(outer: 4, axis: 4 * 25, period: 2, run: 100),
      NormalizeCase(outer: 2, axis: 129), NormalizeCase(outer: 2, axis: 257),
      NormalizeCase(outer: 2, axis: 1024), NormalizeCase(outer: 2, axis: 1025),
      NormalizeCase(outer: 4, axis: 3 * 400, period: 2, run: 400),
    ]
    for (threads, kept, axis) in [
      (32, 0, 100), (32, 0, 7), (32, 4, 5), (256, 0, 3), (256, 1, 255), (256, 2, 257),
      (256, 0, 600),
    ] {
      cases.append(
        NormalizeCase(
          outer: 9, axis: axis,
          configuration: NormalizeConfiguration(threadCount: threads, keptCount: kept)))
    }
    return cases
  }()
}

/// Rows have the mean and the deviation that scale and shift say.
private struct NormalizeCheck: KernelCheck {
  let test: NormalizeCase
  let element: KernelElement

  var name: String { "normalizations/\(test) of \(element)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let problem = try test.problem(element)
    var random = SplitMix64(seed: 51)
    let numbers = random.floats(problem.outer * problem.axis * 8, range: 2)
      .map { element.rounded($0 + 1) }
    try problem.check(
      numbers, test.configuration, on: device, &findings,
      Tolerance(ulp: 0.6, absolute: 0x1p-19))
  }
}

/// Means far greater than deviations.
private struct FarMeansCheck: KernelCheck {
  var name: String { "normalizations/means far from 0" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    for (axis, mean) in [(100, 1e4), (1000, 1e4), (3000, 1e4), (100, -1e5)] as [(Int, Float)] {
      let problem = try NormalizeProblem(
        outer: 2, axis: axis, period: 1, run: 1, scale: true, shift: true, epsilon: 1e-5,
        element: .f32)
      var random = SplitMix64(seed: 52)
      let numbers = random.floats(problem.outer * axis * 8).map { $0 + mean }
      try problem.check(
        numbers, nil, on: device, &findings, Tolerance(ulp: 1, absolute: 0x1p-19))
    }
  }
}

/// Rows of equal numbers are 0, and those with NaN or ∞ are NaN, while other images keep theirs.
private struct SpecialNormalizationsCheck: KernelCheck {
  var name: String { "normalizations/special numbers" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    for (axis, configuration) in [
      (40, NormalizeConfiguration(threadCount: 32, keptCount: 2)),
      (40, NormalizeConfiguration(threadCount: 256, keptCount: 0)),
    ] {
      let problem = try NormalizeProblem(
        outer: 1, axis: axis, period: 1, run: 1, scale: false, shift: false, epsilon: 1e-5,
        element: .f32)
      var random = SplitMix64(seed: 53)
      var numbers = random.floats(axis * 8)
      for place in 0..<axis {
        numbers[place * 8 + 1] = 3
        numbers[place * 8 + 2] = 0.1
        numbers[place * 8 + 3] = 0
      }
      numbers[8 * 7 + 4] = .nan
      numbers[8 * 7 + 5] = .infinity
      try problem.check(
        numbers, configuration, on: device, &findings, Tolerance(ulp: 2, absolute: 0x1p-19))
    }
  }
}

extension NormalizeProblem {
  fileprivate func check<Device: GPUDevice>(
    _ numbers: [Float], _ configuration: NormalizeConfiguration?,
    on device: CheckedDevice<Device>, _ findings: inout Findings, _ tolerance: Tolerance
  ) throws {
    var random = SplitMix64(seed: 54)
    let scales = hasScale ? random.floats(parameterCount) : nil
    let shifts = hasShift ? random.floats(parameterCount) : nil
    let kernel = NormalizeKernel(self, configuration)
    let target = try device.output(element, count: numbers.count)
    try device.run(
      kernel,
      kernel.arguments(
        input: try device.buffer(numbers, as: element), scale: try scales.map(device.buffer),
        shift: try shifts.map(device.buffer), output: target))
    let got = try device.read(element, count: numbers.count, from: target)
    let want = reference(numbers, scales, shifts)
    findings.expectNear(got, want, element, tolerance, "\(kernel.name) \(outer)×\(axis)")
  }

  private func reference(_ numbers: [Float], _ scales: [Float]?, _ shifts: [Float]?) -> [Double] {
    var results = [Double](repeating: 0, count: numbers.count)
    for o in 0..<outer {
      for j in 0..<8 {
        let places = (0..<axis).map { (o * axis + $0) * 8 + j }
        let row = places.map { Double(numbers[$0]) }
        let mean = row.reduce(0, +) / Double(axis)
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(axis)
        for (a, place) in places.enumerated() {
          let parameter = o % period * (axis / run) + a / run
          let y = (row[a] - mean) / (variance + Double(epsilon)).squareRoot()
          results[place] =
            y * Double(scales?[parameter] ?? 1) + Double(shifts?[parameter] ?? 0)
        }
      }
    }
    return results
  }
}
