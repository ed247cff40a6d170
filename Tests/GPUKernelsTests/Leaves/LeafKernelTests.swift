import GPUCatalogue
import GPUKernels
import Testing

struct LeafKernelTests {
  @Test(arguments: Emulated.all(KernelChecks.leaves))
  func `sparse convolutions are what their definition says`(check: Emulated) {
    check.expectNoFindings()
  }

  @Test func `names tell kernels apart`() throws {
    let names = try LeavesCatalogue.kernels().map(\.name)
    #expect(Set(names).count == names.count)
  }
}
