import GPUCatalogue
import GPUKernels
import Testing

struct ReductionTests {
  @Test(arguments: Emulated.all(KernelChecks.reductions))
  func `reductions reduce`(check: Emulated) { check.expectNoFindings() }

  @Test func `names tell kernels apart`() throws {
    let names = try ReductionsCatalogue.kernels().map(\.name)
    #expect(
      Set(names).count == Set(try ReductionsCatalogue.reductions().map(\.name)).count
        + Set(try ReductionsCatalogue.softmaxes().map(\.name)).count)
  }
}
