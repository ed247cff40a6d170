import GPUCatalogue
import GPUKernels
import Testing

struct SoftmaxTests {
  @Test(arguments: Emulated.all(KernelChecks.softmaxes))
  func `rows are normalized`(check: Emulated) { check.expectNoFindings() }

  @Test func `forms that do not fit a range are refused`() async {
    await #expect(processExitsWith: .failure) {
      let range = try AxisRange(outer: 2, axis: 1001, inner: 1)
      let problem = SoftmaxProblem(range, input: .f32, output: .f32, logarithm: false)
      _ = SoftmaxConfiguration(.blocks(vectorCount: 4), for: problem)
    }
    await #expect(processExitsWith: .failure) {
      let range = try AxisRange(outer: 2, axis: 1000, inner: 3)
      let problem = SoftmaxProblem(range, input: .f32, output: .f32, logarithm: false)
      _ = SoftmaxConfiguration(.warps(vectorCount: 1), for: problem)
    }
    // Made for shorter rows.
    await #expect(processExitsWith: .failure) {
      let (short, long) = (
        try AxisRange(outer: 2, axis: 32, inner: 1), try AxisRange(outer: 2, axis: 64, inner: 1)
      )
      func problem(_ range: AxisRange) -> SoftmaxProblem {
        SoftmaxProblem(range, input: .f32, output: .f32, logarithm: false)
      }
      let configuration = SoftmaxConfiguration(.warps(vectorCount: 1), for: problem(short))
      _ = SoftmaxKernel(problem(long), configuration)
    }
  }
}
