import Emulator
import GPUKernels
import KernelIR
import PTX
import Tensors
import Testing

/// What is left out of a printed kernel, the emulator finds.
@Suite struct GemmFaultTests {
  /// What a cluster's blocks must wait for each other for.
  @Test(arguments: [
    ("the first barrier of the cluster", EmulatorFault.Kind.clusterMisuse),
    ("the last barrier of the cluster", .clusterMisuse),
    ("the arrivals of the other block", .unfinishedCopy),
    ("the copies for the other block", .deadlock),
  ])
  func clusterFaults(_ part: String, _ kind: EmulatorFault.Kind) throws {
    let operation = GemmOperation(format: .f16)
    for configuration in GemmConfiguration.table(operation) where configuration.clusterSize > 1 {
      let fault = try ChangedGemm(operation, configuration).fault { program in
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
      #expect(
        fault?.kind == kind,
        "\(configuration.kernelName(operation)) without \(part): \(fault?.description ?? "no fault")")
    }
  }
}

/// A kernel with warpgroups, printed and read back, whose program is changed.
private struct ChangedGemm {
  let operation: GemmOperation
  let configuration: GemmConfiguration
  let kernel: Kernel
  let program: Program

  init(_ operation: GemmOperation, _ configuration: GemmConfiguration) throws {
    self.operation = operation
    self.configuration = configuration
    kernel = try configuration.kernel(operation)
    let text = PTXPrinter.text(of: kernel, for: configuration.target)
    program = try #require(try PTXReader.read(text, name: "\(kernel.name).ptx").programs.first)
  }

  /// The fault of a product that fills all stages several times; matrices are zero.
  func fault(_ change: (inout Program) -> Void) throws -> EmulatorFault? {
    var changed = program
    change(&changed)
    let problem = try GemmProblem(
      operation, m: 2 * configuration.tileM, n: configuration.tileN,
      k: 3 * configuration.stageCount * configuration.tileK)
    let memory = GlobalMemory()
    func zeros(_ count: Int, _ byteCount: Int) throws -> UInt64 {
      try memory.allocate(Array(repeating: 0 as UInt8, count: count * byteCount))
    }
    let maps = WarpgroupGemmKernel(problem, configuration, multiprocessorCount: 2)
      .tensorMaps(
        a: try zeros(problem.m * problem.leadingA, operation.format.byteCount),
        b: try zeros(problem.n * problem.k, operation.format.byteCount))
    let arguments = WarpgroupGemmArguments(
      problem, mapOfA: try memory.allocate(maps.a.encoded),
      mapOfB: try memory.allocate(maps.b.encoded),
      d: try zeros(problem.m * problem.leadingD, operation.output.byteCount))
    do {
      _ = try Emulator.run(
        EmulatedProgram(changed),
        Launch(
          grid: (max(1, configuration.clusterSize), 1, 1), sharedByteCount: kernel.sharedByteCount,
          struct: arguments),
        memory: memory)
      return nil
    } catch let fault as EmulatorFault {
      return fault
    }
  }
}
