import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Local response normalization on lanes.
  package static var localResponses: [any KernelCheck] {
    KernelElement.allCases.flatMap { element in
      LocalResponseCase.all.map { LocalResponseCheck(test: $0, element: element) }
    }
  }
}

struct LocalResponseCase: Sendable, CustomStringConvertible {
  var groups = 1
  var channels: Int
  var area: Int
  var size: Int
  var alpha: Float = 0.5
  var beta: Float = 0.75
  var bias: Float = 1

  var description: String {
    "\(groups)×\(channels)×\(area), \(size) channels, \(alpha), \(beta), \(bias)"
  }

  static let all: [LocalResponseCase] = [
    LocalResponseCase(channels: 1, area: 1, size: 1),
    LocalResponseCase(channels: 1, area: 257, size: 5),
    LocalResponseCase(groups: 2, channels: 13, area: 12, size: 5),
    LocalResponseCase(channels: 8, area: 9, size: 2, beta: 0.5, bias: 2),
    LocalResponseCase(channels: 5, area: 31, size: 4, alpha: 1e-4),
    LocalResponseCase(channels: 3, area: 7, size: 9, beta: 1),
    LocalResponseCase(channels: 21, area: 5, size: 17, beta: -0.75),
    LocalResponseCase(channels: 4, area: 6, size: 3, alpha: 0, beta: 2, bias: 0.5),
  ]
}

/// Each channel is divided by a power of its neighbours' mean square.
private struct LocalResponseCheck: KernelCheck {
  let test: LocalResponseCase
  let element: KernelElement

  var name: String { "localResponses/\(test) of \(element)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let problem = try LocalResponseProblem(
      groups: test.groups, channels: test.channels, area: test.area, size: test.size,
      alpha: test.alpha, beta: test.beta, bias: test.bias, element: element)
    var random = SplitMix64(seed: 61)
    let count = test.groups * test.channels * test.area * 8
    let numbers = random.floats(count, range: 4).map(element.rounded)
    let below = (test.size - 1) / 2
    let plane = test.area * 8
    let want = (0..<count).map { place in
      let channel = place / plane % test.channels
      let window = (channel - below)..<(channel - below + test.size)
      let sum = window.clamped(to: 0..<test.channels).reduce(0.0) { sum, other in
        let x = Double(numbers[place + (other - channel) * plane])
        return sum + x * x
      }
      let base = Double(test.bias) + Double(test.alpha) / Double(test.size) * sum
      return Double(numbers[place])
        / PointwiseUnary.power(PointwiseConstant(test.beta)).evaluate(base)
    }
    let source = try device.buffer(numbers, as: element)
    var results: [[UInt32]] = []
    for configuration in [nil, .init(channelCount: 1), .init(channelCount: 2)]
      as [LocalResponseConfiguration?]
    {
      let kernel = LocalResponseKernel(problem, configuration)
      let target = try device.output(element, count: count)
      try device.run(kernel, kernel.arguments(input: source, output: target))
      let got = try device.read(element, count: count, from: target)
      findings.expectNear(
        got, want, element, Tolerance(ulp: element == .f32 ? 8 : 0.6), kernel.name)
      results.append(got.map(\.bitPattern))
    }
    findings.expect(
      results.allSatisfy { $0 == results[0] }, "results differ between configurations")
  }
}
