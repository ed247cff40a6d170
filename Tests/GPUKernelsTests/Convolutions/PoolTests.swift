import GPUCatalogue
import GPUKernels
import Testing

struct PoolTests {
  @Test(arguments: Emulated.all(KernelChecks.pools))
  func `windows and planes are pooled`(check: Emulated) { check.expectNoFindings() }

  @Test func `names tell kernels apart`() throws {
    let names = try ConvolutionsCatalogue.kernels().map(\.name)
    #expect(Set(names).count == names.count)
  }
}
