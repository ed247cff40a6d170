import GPUCatalogue
import GPUDevices
import GPUKernels
import Tensors
import Testing

struct NormalizeTests {
  @Test(arguments: Emulated.all(KernelChecks.normalizations))
  func `rows are normalized`(check: Emulated) { check.expectNoFindings() }

  @Test func `rows that registers keep are read once, others three times`() throws {
    let device = CheckedDevice(EmulatorDevice())
    for (axis, configuration, times) in [
      (96, nil, 2), (1000, nil, 2), (1026, nil, 4),
      (96, NormalizeConfiguration(threadCount: 32, keptCount: 0), 4),
    ] as [(Int, NormalizeConfiguration?, Int)] {
      let x = try device.buffer([Float](repeating: 1, count: 8 * axis * 8), as: .f16)
      let problem = try NormalizeProblem(
        outer: 8, axis: axis, period: 1, run: 1, scale: false, shift: false, epsilon: 1,
        element: .f16)
      let kernel = NormalizeKernel(problem, configuration)
      try device.run(kernel, kernel.arguments(input: x, output: x))
      let total = try #require(device.device.lastReport).total
      #expect(total.globalBytes == UInt64(times * 8 * axis * 16), "\(axis)")
      #expect(total.globalSectors * 32 == total.globalBytes, "\(axis)")
    }
  }

  @Test func `operators say which scales rows have`() throws {
    let instance = try NormalizeProblem.channels(
      groups: 2, channels: 6, area: 35, channelGroups: 6, epsilon: 1e-5, element: .f16)
    let group = try NormalizeProblem.channels(
      groups: 2, channels: 6, area: 35, channelGroups: 3, epsilon: 1e-5, element: .f16)
    let shared = try NormalizeProblem.channels(
      groups: 2, channels: 6, area: 35, channelGroups: 3, sharesScale: true, epsilon: 1e-5,
      element: .f16)
    let layer = try NormalizeProblem.layer(
      outer: 12, axis: 35, shift: true, epsilon: 1e-5, element: .f16)
    let cases = [(instance, 12, 35, 6), (group, 6, 70, 6), (shared, 6, 70, 3), (layer, 12, 35, 35)]
    for (problem, outer, axis, parameters) in cases {
      #expect(problem.outer == outer && problem.axis == axis, "\(problem)")
      #expect(problem.parameterCount == parameters, "\(problem)")
    }
  }

  @Test func `rows and runs that are none are errors`() {
    for (outer, axis, period, run) in [
      (0, 1, 1, 1), (1, 0, 1, 1), (4, 6, 3, 1), (4, 6, 2, 4), (4, 6, 0, 1), (4, 6, 1, 0),
      (1 << 20, 1 << 20, 1, 1),
    ] {
      #expect(throws: HewnError.self, "\(outer), \(axis), \(period), \(run)") {
        try NormalizeProblem(
          outer: outer, axis: axis, period: period, run: run, scale: true, shift: true,
          epsilon: 0, element: .f32)
      }
    }
    for (channels, groups) in [(6, 4), (6, 0), (0, 1)] {
      #expect(throws: HewnError.self) {
        try NormalizeProblem.channels(
          groups: 1, channels: channels, area: 4, channelGroups: groups, epsilon: 0, element: .f32)
      }
    }
  }

  @Test func `configurations that do not fit a row are refused`() async {
    await #expect(processExitsWith: .failure) {
      let problem = try NormalizeProblem.layer(
        outer: 1, axis: 129, shift: false, epsilon: 0, element: .f32)
      _ = NormalizeKernel(problem, NormalizeConfiguration(threadCount: 32, keptCount: 4))
    }
  }

  @Test func `names tell kernels apart`() throws {
    let names = try NormalizationCatalogue.kernels().map(\.name)
    #expect(Set(names).count == names.count)
  }
}
