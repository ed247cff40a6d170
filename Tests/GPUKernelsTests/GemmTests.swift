import Emulator
import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Testing

@Suite struct GemmTests {
  /// Every kernel, printed and read back, with all detectors.
  @Test(arguments: Emulated.all(KernelChecks.products))
  func products(check: Emulated) { check.expectNoFindings() }

  /// Where all tiles are whole, no access to shared memory takes more passes than its bytes need,
  /// and whole sectors of global memory are copied and stored.
  @Test(arguments: GemmCatalogue.entries.indices)
  func wavefrontsAndSectors(_ index: Int) throws {
    let (operation, configuration) = GemmCatalogue.entries[index]
    guard !operation.hasBias else { return }
    let device = CheckedDevice(EmulatorDevice())
    let problem = try GemmProblem(
      operation, m: configuration.tileM, n: configuration.tileN,
      k: configuration.stageCount * configuration.tileK)
    var findings = Findings()
    try device.multiply(GemmCase(problem, seed: 11), configuration, &findings)
    #expect(findings.failures == [])
    let report = try #require(device.device.lastReport)
    // Kernels of the same name are equal, whatever the problem.
    let program = try device.load(WarpGemmKernel(problem, configuration)).program.program
    var sharedOperations: Set<Operation> = []
    for (instruction, counters) in zip(program.instructions, report.instructions) {
      if counters.sharedRequests > 0 { sharedOperations.insert(instruction.operation) }
      #expect(
        counters.sharedWavefronts == counters.idealSharedWavefronts,
        "\(program.name): \(instruction.operation)")
      #expect(
        counters.globalSectors * 32 == counters.globalBytes,
        "\(program.name): \(instruction.operation)")
    }
    if case .warps = configuration.method {
      #expect(sharedOperations.contains(.asyncCopy(byteCount: 16)))
      #expect(sharedOperations.contains(.loadMatrix(count: 4, transposed: false)))
    }
  }
}
