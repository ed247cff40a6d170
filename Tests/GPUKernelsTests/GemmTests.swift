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

  /// What a cluster's blocks must wait for each other for, left out: the detectors find it.
  @Test(arguments: [
    ("the first barrier of the cluster", EmulatorFault.Kind.clusterMisuse),
    ("the last barrier of the cluster", .clusterMisuse),
    ("the arrivals of the other block", .race),
    ("the copies for the other block", .deadlock),
  ])
  func clusterFaults(_ part: String, _ kind: EmulatorFault.Kind) throws {
    let operation = GemmOperation(format: .f16)
    for configuration in GemmConfiguration.table(operation) where configuration.clusterSize > 1 {
      let device = EmulatorDevice(options: EmulatorOptions(threadCount: 2))
      device.changeOfPrograms = { program in
        func isBarrier(_ instruction: Instruction) -> Bool {
          instruction.operation == .clusterArrive || instruction.operation == .clusterWait
        }
        let barriers = program.instructions.indices.filter { isBarrier(program.instructions[$0]) }
        switch part {
        case "the first barrier of the cluster":
          program.instructions[barriers[0]] = Instruction(.barrier(id: 0, threadCount: nil))
          program.instructions.remove(at: barriers[1])
        case "the last barrier of the cluster":
          program.instructions.removeSubrange(barriers[2]...barriers[3])
        default: break
        }
        for (index, instruction) in program.instructions.enumerated() {
          let last = instruction.sources.count - 1
          switch instruction.operation {
          case .barrierInit where part == "the arrivals of the other block":
            guard case .immediate(let count) = instruction.sources[1], count > 1 else { continue }
            program.instructions[index].sources[1] = .immediate(count / 2)
          case .tensorMulticast where part == "the copies for the other block":
            program.instructions[index].sources[last] = .immediate(1)
          default: continue
          }
        }
      }
      let problem = try GemmProblem(
        operation, m: 2 * configuration.tileM, n: configuration.tileN,
        k: 3 * configuration.stageCount * configuration.tileK)
      let name = configuration.kernelName(operation)
      var findings = Findings()
      do {
        try CheckedDevice(device).multiply(GemmCase(problem, seed: 17), configuration, &findings)
        Issue.record("\(name) without \(part): no fault")
      } catch let fault as EmulatorFault {
        #expect(fault.kind == kind, "\(name) without \(part): \(fault)")
      }
    }
  }

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
