import GPUCatalogue
import GPUKernels
import Tensors
import Testing

struct LocalResponseTests {
  @Test(arguments: Emulated.all(KernelChecks.localResponses))
  func `channels are divided by their neighbours`(check: Emulated) { check.expectNoFindings() }

  @Test func `windows and tensors that are none are errors`() {
    for (groups, channels, area, size) in [
      (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0), (1, 1, 1, 1 << 21),
      (65_536, 1, 1, 1), (1, 1 << 16, 1 << 16, 1),
    ] {
      #expect(throws: HewnError.self, "\(groups), \(channels), \(area), \(size)") {
        try LocalResponseProblem(
          groups: groups, channels: channels, area: area, size: size, alpha: 1, beta: 1, bias: 1,
          element: .f16)
      }
    }
  }
}
