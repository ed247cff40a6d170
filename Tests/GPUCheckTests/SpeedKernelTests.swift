import GPUCheck
import Testing

@Suite struct SpeedKernelTests {
  @Test func `the kernels that the emulator is measured by can be built`() throws {
    let kernels = try SpeedKernels.all()
    #expect(Set(kernels.map(\.name)).count == kernels.count)
  }
}
