import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Pools on lanes.
  package static var pools: [any KernelCheck] {
    KernelElement.allCases.flatMap { element -> [any KernelCheck] in
      WindowCase.all.map { PoolCheck(test: $0, element: element) }
        + [(1, 1), (7, 49), (8, 64), (9, 31), (17, 33), (3, 257)].map {
          GlobalPoolCheck(planes: $0, area: $1, element: element)
        }
    }
  }
}

/// Windows are pooled.
private struct PoolCheck: KernelCheck {
  let test: WindowCase
  let element: KernelElement

  var name: String { "pools/\(test) of \(element)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let window = try test.window()
    var random = SplitMix64(seed: 31)
    var numbers = random.floats(window.inputCount, range: 100).map(element.rounded)
    numbers[window.inputCount / 2] = .nan
    numbers[0] = -.infinity
    let input = try device.buffer(numbers, as: element)
    for kind in [PoolKind.maximum, .average(countsPadding: false), .average(countsPadding: true)] {
      var want = [Double](repeating: .nan, count: window.outputCount)
      window.forEachOutput { _, output, taps in
        want[output] = kind.evaluate(
          taps.compactMap { $0.place.map { Double(numbers[$0]) } },
          padding: taps.count(where: \.isPadding))
      }
      let problem = PoolProblem(kind, window, element: element)
      for configuration in [nil, PoolConfiguration(unrollsRows: false, unrollsColumns: false)] {
        let kernel = PoolKernel(problem, configuration)
        let output = try device.output(element, count: window.outputCount)
        try device.run(kernel, kernel.arguments(input: input, output: output))
        let got = try device.read(element, count: window.outputCount, from: output)
        findings.expectNear(got, want, element, Tolerance(ulp: 0.6, absolute: 0x1p-14), kernel.name)
      }
    }
  }
}

/// Planes are pooled.
private struct GlobalPoolCheck: KernelCheck {
  let planes: Int
  let area: Int
  let element: KernelElement

  var name: String { "pools/\(planes) planes of \(area), of \(element)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    var random = SplitMix64(seed: 32)
    let numbers = random.floats(planes * area * 8, range: 100).map(element.rounded)
    let input = try device.buffer(numbers, as: element)
    for isMaximum in [false, true] {
      let kernel = GlobalPoolKernel(
        try GlobalPoolProblem(maximum: isMaximum, planes: planes, area: area, element: element))
      let output = try device.output(element, count: planes * 8)
      try device.run(kernel, kernel.arguments(input: input, output: output))
      let got = try device.read(element, count: planes * 8, from: output)
      let want = (0..<planes * 8).map { place in
        let elements = (0..<area).map {
          Double(numbers[(place / 8 * area + $0) * 8 + place % 8])
        }
        return isMaximum
          ? elements.reduce(-.infinity, max) : elements.reduce(0, +) / Double(area)
      }
      findings.expectNear(got, want, element, Tolerance(ulp: 0.6, absolute: 0x1p-12), kernel.name)
    }
  }
}

extension PoolKind {
  /// The result of a window's elements.
  package func evaluate(_ elements: [Double], padding: Int) -> Double {
    switch self {
    case .maximum: elements.reduce(-.infinity) { $1.isNaN || $1 > $0 ? $1 : $0 }
    case .average(let countsPadding):
      elements.reduce(0, +) / Double(elements.count + (countsPadding ? padding : 0))
    }
  }
}
