import GPUCatalogue
import GPUKernels
import Tensors
import Testing

struct DepthwiseTests {
  @Test(arguments: Emulated.all(KernelChecks.depthwise))
  func `each channel is convolved with its filter`(check: Emulated) { check.expectNoFindings() }

  @Test func `windows that are none are errors`() {
    let one = Spatial(1, 1)
    let cases: [(Spatial, Spatial, Spatial, Spatial)] = [
      (Spatial(0, 1), one, one, Spatial(0, 0)), (one, Spatial(1, 0), one, Spatial(0, 0)),
      (one, one, Spatial(0, 1), Spatial(0, 0)), (one, one, one, Spatial(-1, 0)),
      (Spatial(1 << 20, 1 << 20), one, one, Spatial(0, 0)),
    ]
    for (input, kernel, stride, padding) in cases {
      #expect(throws: HewnError.self) {
        try LanesWindow(
          groups: 1, channels: 1, input: input, output: one, kernel: kernel, stride: stride,
          paddingBefore: padding)
      }
    }
    #expect(throws: HewnError.self) {
      try LanesWindow(groups: 65_536, channels: 1, input: one, output: one, kernel: one)
    }
    for (multiplier, input, output) in [(0, 6, 6), (2, 6, 11), (1, 5, 6), (1, 1 << 31, 6)] {
      #expect(throws: HewnError.self, "\(multiplier), \(input), \(output)") {
        try LanesWindow(
          groups: 2, channels: 6, input: one, output: one, kernel: one, multiplier: multiplier,
          inputGroupStride: input, outputGroupStride: output)
      }
    }
  }
}
