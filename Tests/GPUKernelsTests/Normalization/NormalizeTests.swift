import GPUCatalogue
import GPUKernels
import Tensors
import Testing

struct NormalizeTests {
  @Test(arguments: Emulated.all(KernelChecks.normalizations))
  func `rows are normalized`(check: Emulated) { check.expectNoFindings() }

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
