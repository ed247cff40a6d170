import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Depthwise convolutions on lanes.
  package static var depthwise: [any KernelCheck] {
    WindowCase.all.map(DepthwiseCheck.init) + [DepthwiseSpecialsCheck()]
  }
}

/// Each channel is convolved with its filter.
private struct DepthwiseCheck: KernelCheck {
  let test: WindowCase

  var name: String { "depthwise/\(test)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let window = try test.window()
    var random = SplitMix64(seed: 21)
    let numbers = random.floats(window.inputCount).map(KernelElement.f16.rounded)
    let taps = window.kernel.vertical * window.kernel.horizontal
    let weights = random.floats(window.channels * taps)
    let bias = random.floats(window.channels)
    let input = try device.buffer(numbers, as: .f16)
    let (weightsAddress, biasAddress) = (try device.buffer(weights), try device.buffer(bias))

    let configurations: [DepthwiseConfiguration?] = [
      nil, .init(rows: 1, unrolled: false), .init(rows: 3, unrolled: window.kernel.vertical < 4),
    ]
    for (hasBias, clip) in [(false, nil), (true, -0.25...0.5)] as [(Bool, ClosedRange<Float>?)] {
      let problem = DepthwiseProblem(window, hasBias: hasBias, clip: clip)
      var want = [Double](repeating: 0, count: window.outputCount)
      window.forEachOutput { channel, output, taps in
        let sum = taps.reduce(hasBias ? Double(bias[channel]) : 0) { sum, tap in
          guard let place = tap.place else { return sum }
          return sum + Double(weights[channel * taps.count + tap.number]) * Double(numbers[place])
        }
        want[output] =
          clip.map { min(max(sum, Double($0.lowerBound)), Double($0.upperBound)) } ?? sum
      }
      var results: [[Float]] = []
      for configuration in configurations {
        let kernel = DepthwiseKernel(problem, configuration)
        let output = try device.output(.f16, count: window.outputCount)
        try device.run(
          kernel,
          kernel.arguments(
            input: input, weights: weightsAddress, bias: hasBias ? biasAddress : nil,
            output: output))
        let got = try device.read(.f16, count: window.outputCount, from: output)
        findings.expectNear(
          got, want, .f16, Tolerance(ulp: 0.6, absolute: Double(taps) * 0x1p-22), kernel.name)
        results.append(got)
      }
      // How a kernel goes about it does not change what it computes.
      findings.expect(
        results.allSatisfy { $0 == results[0] }, "results differ between configurations")
    }
  }
}

/// NaN and infinities stay.
private struct DepthwiseSpecialsCheck: KernelCheck {
  var name: String { "depthwise/special numbers" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let window = try WindowCase(channels: 1, input: Spatial(1, 3), kernel: Spatial(1, 1)).window()
    let numbers: [Float] = (0..<24).map { [.nan, .infinity, -2][$0 / 8] }
    let input = try device.buffer(numbers, as: .f16)
    let weights = try device.buffer([1 as Float])
    let output = try device.output(.f16, count: 24)
    let kernel = DepthwiseKernel(DepthwiseProblem(window, hasBias: false, clip: 0...6))
    try device.run(kernel, kernel.arguments(input: input, weights: weights, output: output))
    let got = try device.read(.f16, count: 24, from: output)
    findings.expectNear(got, (0..<24).map { [.nan, 6, 0][$0 / 8] }, .f16, .exact, kernel.name)
  }
}
