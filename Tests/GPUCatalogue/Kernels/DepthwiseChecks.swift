import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Depthwise convolutions on lanes.
  package static var depthwise: [any KernelCheck] {
    let windows = KernelElement.allCases.flatMap { element in
      WindowCase.all.map { DepthwiseCheck(test: $0, element: element) }
    }
    let activations = KernelElement.allCases.flatMap { element in
      BlockActivation.examples.map { DepthwiseActivationCheck(activation: $0, element: element) }
    }
    return windows + activations + [DepthwiseSpecialsCheck()]
  }
}

/// Each channel is convolved with its filters.
private struct DepthwiseCheck: KernelCheck {
  let test: WindowCase
  let element: KernelElement

  var name: String { "depthwise/\(test) of \(element)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let window = try test.window()
    let data = DepthwiseData(window, element)
    let others: [DepthwiseConfiguration?] = [
      .init(rows: 1, unrolled: false), .init(rows: 3, unrolled: window.kernel.vertical < 4),
    ]
    for (hasBias, activation) in [(false, .identity), (true, .clip(lower: -0.25, upper: 0.5))]
      as [(Bool, BlockActivation)]
    {
      let problem = DepthwiseProblem(
        window, element: element, hasBias: hasBias, activation: activation)
      let results = try ([nil] + others).map {
        try data.check(DepthwiseKernel(problem, $0), on: device, &findings)
      }
      // How a kernel goes about it does not change what it computes.
      findings.expect(
        results.allSatisfy { $0 == results[0] }, "results differ between configurations")
    }
  }
}

/// A residual is added, then the activation is applied.
private struct DepthwiseActivationCheck: KernelCheck {
  let activation: BlockActivation
  let element: KernelElement

  var name: String { "depthwise/residual and \(activation) of \(element)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let window = try WindowCase(
      groups: 2, channels: 3, input: Spatial(5, 6), kernel: Spatial(3, 3), before: Spatial(1, 1),
      after: Spatial(1, 1), multiplier: 2, gaps: (0, 10)
    ).window()
    let problem = DepthwiseProblem(
      window, element: element, hasBias: true,
      residualGroupStride: 2 * window.channels * 5 * 6 + 3, activation: activation)
    try _ = DepthwiseData(window, element).check(DepthwiseKernel(problem), on: device, &findings)
  }
}

/// Random operands of a window, and what comes of them.
private struct DepthwiseData {
  let window: LanesWindow
  let element: KernelElement
  let numbers: [Float]
  let weights: [Float]
  let bias: [Float]
  private var random = SplitMix64(seed: 21)

  init(_ window: LanesWindow, _ element: KernelElement) {
    self.window = window
    self.element = element
    numbers = random.floats(window.inputCount).map(element.rounded)
    weights = random.floats(
      window.outputChannels * window.kernel.vertical * window.kernel.horizontal)
    bias = random.floats(window.outputChannels)
  }

  /// The bits that a kernel computes, compared with the reference.
  func check<Device: GPUDevice>(
    _ kernel: DepthwiseKernel, on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws -> [UInt32] {
    let problem = kernel.problem
    var random = SplitMix64(seed: 22)
    let residual = problem.residualGroupStride.map {
      random.floats($0 * window.groups * 8).map(element.rounded)
    }
    var want = [Double](repeating: .nan, count: window.outputCount)
    window.forEachOutput { channel, output, taps in
      var sum = problem.hasBias ? Double(bias[channel]) : 0
      for tap in taps {
        guard let place = tap.place else { continue }
        sum += Double(weights[channel * taps.count + tap.number]) * Double(numbers[place])
      }
      if let residual, let stride = problem.residualGroupStride {
        let (group, rest) = output.quotientAndRemainder(dividingBy: window.outputGroupStride * 8)
        sum += Double(residual[group * stride * 8 + rest])
      }
      want[output] = problem.activation.evaluate(sum)
    }
    let output = try device.output(element, count: window.outputCount)
    try device.run(
      kernel,
      kernel.arguments(
        input: try device.buffer(numbers, as: element), weights: try device.buffer(weights),
        bias: problem.hasBias ? try device.buffer(bias) : nil,
        residual: try residual.map { try device.buffer($0, as: element) }, output: output))
    let got = try device.read(element, count: window.outputCount, from: output)
    let taps = window.kernel.vertical * window.kernel.horizontal
    findings.expectNear(
      got, want, element, Tolerance(ulp: 0.6, absolute: Double(taps + 1) * 0x1p-22), kernel.name)
    return got.map(\.bitPattern)
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
    for element in KernelElement.allCases {
      let input = try device.buffer(numbers, as: element)
      let weights = try device.buffer([1 as Float])
      let output = try device.output(element, count: 24)
      let kernel = DepthwiseKernel(
        DepthwiseProblem(
          window, element: element, hasBias: false, activation: .clip(lower: 0, upper: 6)))
      try device.run(kernel, kernel.arguments(input: input, weights: weights, output: output))
      let got = try device.read(element, count: 24, from: output)
      findings.expectNear(got, (0..<24).map { [.nan, 6, 0][$0 / 8] }, element, .exact, kernel.name)
    }
  }
}
