import Emulator
import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors
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

  /// Whatever the stride and the tile; that of weights all lanes read the same word.
  @Test(arguments: LeafLayerTests.Cases.all.filter { ($0.test.tiling?.splitCount ?? 1) == 1 })
  func `activations are read without bank conflicts`(test: LeafLayerTests.Cases) throws {
    let test = test.test
    let device = CheckedDevice(EmulatorDevice(options: EmulatorOptions(detectors: [])))
    let problem = test.problem
    func tensor(_ geometry: LanesGeometry) throws -> UInt64 {
      try device.buffer(
        [Float](repeating: 0, count: geometry.elementCount(groups: test.imageGroups)))
    }
    let layer = try device.convolve(
      test,
      LeafCase.Tensors(
        input: try tensor(problem.input), output: try tensor(problem.output),
        residual: try problem.residual.map(tensor) ?? 0))
    let report = try #require(device.device.lastReport)
    let program = try device.load(LeafKernel(layer)).program.program
    var reads = LaunchReport.Counters()
    for (instruction, counters) in zip(program.instructions, report.instructions) {
      if instruction.operation == .load(Access(.shared, .f32, count: 4)) { reads += counters }
    }
    #expect(reads.sharedWavefronts == reads.idealSharedWavefronts)
    #expect(layer.packets.isEmpty == (reads.sharedRequests == 0))
  }
}
