import Emulator
import GPUKernels
import KernelIR
import PTX
import Tensors
import Testing

@Suite struct GemmTests {
  /// Sizes M, N, K at and around a tile.
  private static func edges(_ c: GemmConfiguration) -> [(Int, Int, Int)] {
    [
      (1, 1, 1), (c.tileM - 1, c.tileN - 1, c.tileK - 1), (c.tileM, c.tileN, c.tileK),
      (c.tileM + 1, c.tileN + 1, c.tileK + 1), (1, c.tileN + 3, 8), (c.tileM + 1, 2, 3),
      (37, 101, 67), (c.tileM, c.tileN, (c.stageCount + 2) * c.tileK + 5),
    ]
  }

  /// Every kernel, printed and read back, with all detectors, gives the product and writes nothing
  /// else.
  @Test(arguments: GemmCatalogue.entries.indices)
  func products(_ index: Int) throws {
    let (operation, configuration) = GemmCatalogue.entries[index]
    let program = try GemmProgram(operation, configuration)
    // The plain operation at all sizes, those with other epilogues beyond a tile's edge.
    let isPlain = !operation.hasBias
    for (m, n, k) in isPlain ? Self.edges(configuration) : [Self.edges(configuration)[3]] {
      let seed = UInt64(index * 1_000_003 + m * 10_007 + n * 101 + k)
      do {
        let problem = try GemmProblem(operation, m: m, n: n, k: k)
        try program.run(GemmCase(problem, seed: seed))
      } catch {
        Issue.record("\(program.name), M N K = \(m) \(n) \(k), seed \(seed): \(error)")
      }
    }
  }

  /// Many tiles, so that groups of tiles end on all sides, and rows with space between them.
  @Test func manyTiles() throws {
    let operation = GemmOperation(format: .f16)
    for configuration in GemmConfiguration.table(operation)
    where configuration.tileM * configuration.tileN <= 64 * 64 || configuration.target == .sm90a {
      let (m, n) = (17 * configuration.tileM / 2 + 1, 5 * configuration.tileN / 2 + 1)
      let up = { (count: Int) in (count + 23) / 8 * 8 }
      let problem = try GemmProblem(
        operation, m: m, n: n, k: 40, leadingA: up(40), leadingB: up(n), leadingD: up(n))
      let program = try GemmProgram(operation, configuration)
      do {
        try program.run(GemmCase(problem, seed: 7))
      } catch {
        Issue.record("\(program.name), M N K = \(m) \(n) 40, seed 7: \(error)")
      }
    }
  }

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
      let program = try GemmProgram(operation, configuration) { program in
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
      do {
        try program.run(GemmCase(problem, seed: 17))
        Issue.record("\(program.name) without \(part): no fault")
      } catch let fault as EmulatorFault {
        #expect(fault.kind == kind, "\(program.name) without \(part): \(fault)")
      }
    }
  }

  /// Where all tiles are whole, no access to shared memory takes more passes than its bytes need,
  /// and whole sectors of global memory are copied and stored.
  @Test(arguments: GemmCatalogue.entries.indices)
  func wavefrontsAndSectors(_ index: Int) throws {
    let (operation, configuration) = GemmCatalogue.entries[index]
    guard !operation.hasBias else { return }
    let program = try GemmProgram(operation, configuration)
    let problem = try GemmProblem(
      operation, m: configuration.tileM, n: configuration.tileN,
      k: configuration.stageCount * configuration.tileK)
    let report = try program.run(GemmCase(problem, seed: 11))
    var sharedOperations: Set<Operation> = []
    for (instruction, counters) in zip(program.program.program.instructions, report.instructions) {
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

  /// An infinity in the last row of B comes out in its column, and nowhere as 0 · ∞ from beyond K.
  @Test(arguments: GemmCatalogue.entries.indices)
  func infinity(_ index: Int) throws {
    let (operation, configuration) = GemmCatalogue.entries[index]
    guard !operation.hasBias else { return }
    let problem = try GemmProblem(operation, m: 5, n: 6, k: configuration.tileK + 3)
    var gemm = GemmCase(problem, seed: 13)
    gemm.b[(problem.k - 1) * problem.n + 2] = .infinity
    for row in 0..<problem.m { gemm.a[(row + 1) * problem.k - 1] = 1 }
    try GemmProgram(operation, configuration).run(gemm)
  }
}
