import GPUKernels
import KernelIR
import Tensors
import Testing

/// Depthwise convolutions on lanes.
struct DepthwiseTests {
  @Test(arguments: WindowCase.all)
  func `each channel is convolved with its filter`(test: WindowCase) throws {
    let window = try test.window()
    var random = SplitMix64(seed: 21)
    let numbers = random.floats(window.inputCount).map(KernelElement.f16.rounded)
    let taps = window.kernel.vertical * window.kernel.horizontal
    let weights = random.floats(window.channels * taps)
    let bias = random.floats(window.channels)
    let device = EmulatedDevice()
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
        expectNear(
          got, want, .f16, Tolerance(ulp: 0.6, absolute: Double(taps) * 0x1p-22), kernel.name)
        results.append(got)
      }
      // How a kernel goes about it does not change what it computes.
      #expect(results.allSatisfy { $0 == results[0] })
    }
  }

  @Test func `NaN and infinities stay`() throws {
    let window = try WindowCase(channels: 1, input: Spatial(1, 3), kernel: Spatial(1, 1)).window()
    let device = EmulatedDevice()
    let numbers: [Float] = (0..<24).map { [.nan, .infinity, -2][$0 / 8] }
    let input = try device.buffer(numbers, as: .f16)
    let weights = try device.buffer([1 as Float])
    let output = try device.output(.f16, count: 24)
    let kernel = DepthwiseKernel(DepthwiseProblem(window, hasBias: false, clip: 0...6))
    try device.run(kernel, kernel.arguments(input: input, weights: weights, output: output))
    let got = try device.read(.f16, count: 24, from: output)
    expectNear(got, (0..<24).map { [.nan, 6, 0][$0 / 8] }, .f16, .exact, kernel.name)
  }

  @Test func `windows that are none are errors`() {
    let one = Spatial(1, 1)
    let cases: [(Spatial, Spatial, Spatial, Spatial)] = [
      (Spatial(0, 1), one, one, Spatial(0, 0)), (one, Spatial(1, 0), one, Spatial(0, 0)),
      (one, one, Spatial(0, 1), Spatial(0, 0)), (one, one, one, Spatial(-1, 0)),
      (Spatial(1 << 20, 1 << 20), one, one, Spatial(0, 0)),
    ]
    for (input, kernel, stride, padding) in cases {
      #expect(throws: HewnError.self) {
        try LanesWindow(
          groups: 1, channels: 1, input: input, output: one, kernel: kernel, stride: stride,
          paddingBefore: padding)
      }
    }
    #expect(throws: HewnError.self) {
      try LanesWindow(groups: 65_536, channels: 1, input: one, output: one, kernel: one)
    }
  }
}
