import Emulator
import GPUCatalogue
import GPUDevices
import KernelIR
import TestSupport
import Testing

/// What an emulated launch tells of a kernel's instructions.
@Suite struct ProfileTests {
  @Test func `a listing shows what each instruction cost`() throws {
    let device = EmulatorDevice()
    let kernel = try device.load(SampleKernels.sum())
    let x = try device.buffer(of: (0..<1000).map { Float($0 % 10) })
    let y = try device.allocate(byteCount: 4)
    try device.launch(
      kernel, grid: Grid(1),
      arguments: SampleKernels.Arguments(x: x.address, y: y.address, factor: 0.5, count: 1000))
    #expect(try device.values(of: y, as: Float.self) == [2250])
    let report = try #require(device.lastReport)
    try Snapshot.expect(
      report.listing(of: kernel.program.program), equals: "sum-profile.txt")
  }
}
