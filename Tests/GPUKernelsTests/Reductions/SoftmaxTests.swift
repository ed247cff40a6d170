import GPUCatalogue
import Testing

struct SoftmaxTests {
  @Test(arguments: Emulated.all(KernelChecks.softmaxes))
  func `rows are normalized`(check: Emulated) { check.expectNoFindings() }
}
