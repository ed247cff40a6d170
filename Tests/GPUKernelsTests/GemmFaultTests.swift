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
      let got = fault?.description ?? "no fault"
      #expect(
        fault?.kind == kind, "\(configuration.kernelName(operation)) without \(part): \(got)")
    }
  }
}

extension GemmFaultTests {
  /// Each instruction that orders something, left out.
  @Test(arguments: [GemmOperation.Layout.rowMajor, .columnMajor])
  func instructionsThatOrder(layoutOfB: GemmOperation.Layout) throws {
    let operation = GemmOperation(format: .f16, layoutOfB: layoutOfB)
    for configuration in GemmConfiguration.table(operation)
    where configuration.target == .sm90a && configuration.tileN == 128 {
      let gemm = try ChangedGemm(operation, configuration)
      let whole = try gemm.fault { _ in }
      #expect(whole == nil, "\(gemm.kernel.name): \(whole?.description ?? "")")
      var count = 0
      for (index, instruction) in gemm.program.instructions.enumerated() {
        guard let omitted = instruction.operation.omission(at: index) else { continue }
        count += 1
        let fault = try gemm.fault { $0.instructions.removeSubrange(omitted) }
        #expect(fault != nil, "\(gemm.kernel.name) without \(index): \(instruction)")
      }
      #expect(count > 10, "\(gemm.kernel.name)")
      // Either of these is enough for barriers.
      let fences: [Operation] = [.fenceAsyncProxy, .fenceBarrierInit]
      let fault = try gemm.fault { program in
        program.instructions.removeAll { fences.contains($0.operation) }
      }
      #expect(fault?.kind == .missingFence, "\(gemm.kernel.name): \(fault?.description ?? "none")")
    }
  }
}

extension Operation {
  /// The instructions that are left out for one that orders something: of a wait the branch back.
  fileprivate func omission(at index: Int) -> Range<Int>? {
    switch self {
    case .barrierTry, .barrierTryCluster: index + 1..<index + 2
    case .barrier, .barrierInit, .barrierArriveShared, .barrierArriveCluster, .barrierExpect,
      .fenceTensorMap, .tensorCopy, .tensorMulticast, .warpgroupFence, .warpgroupCommit,
      .warpgroupWait, .setMaxRegisters(_, increases: false):
      index..<index + 1
    default: nil
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

  /// The fault of a product of which each block has two tiles, and fills all stages several times;
  /// matrices are zero.
  func fault(_ change: (inout Program) -> Void) throws -> EmulatorFault? {
    var changed = program
    change(&changed)
    let problem = try GemmProblem(
      operation, m: 2 * configuration.clusterSize * configuration.tileM, n: configuration.tileN,
      k: 3 * configuration.stageCount * configuration.tileK)
    let memory = GlobalMemory()
    func zeros(_ count: Int, _ byteCount: Int) throws -> UInt64 {
      try memory.allocate(Array(repeating: 0 as UInt8, count: count * byteCount))
    }
    let maps = WarpgroupGemmKernel(problem, configuration, multiprocessorCount: 1)
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
          grid: (configuration.clusterSize, 1, 1), sharedByteCount: kernel.sharedByteCount,
          struct: arguments),
        memory: memory)
      return nil
    } catch let fault as EmulatorFault {
      return fault
    }
  }
}
