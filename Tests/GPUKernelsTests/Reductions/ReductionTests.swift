import GPUCatalogue
import GPUKernels
import Testing

struct ReductionTests {
  @Test(arguments: Emulated.all(KernelChecks.reductions))
  func `reductions reduce`(check: Emulated) { check.expectNoFindings() }

  @Test func `forms that do not fit a range are refused`() async {
    await #expect(processExitsWith: .failure) {
      let range = try AxisRange(outer: 2, axis: 1001, inner: 1)
      let problem = ReductionProblem(.sum, range, input: .f32, output: .f32)
      _ = ReductionKernel(problem, ReductionConfiguration(.warps(vectorCount: 4)))
    }
    await #expect(processExitsWith: .failure) {
      let range = try AxisRange(outer: 2, axis: 1000, inner: 3)
      let problem = ReductionProblem(.sum, range, input: .f32, output: .f32)
      _ = ReductionKernel(problem, ReductionConfiguration(.warps(vectorCount: 1)))
    }
  }

  @Test func `names tell kernels apart`() throws {
    let names = try ReductionsCatalogue.kernels().map(\.name)
    #expect(
      Set(names).count == Set(try ReductionsCatalogue.reductions().map(\.name)).count
        + Set(try ReductionsCatalogue.softmaxes().map(\.name)).count)
  }
}
