import GPUCatalogue
import Testing

struct FunctionTests {
  @Test(arguments: Emulated.all(KernelChecks.functions))
  func `functions are as accurate as they say`(check: Emulated) { check.expectNoFindings() }
}
