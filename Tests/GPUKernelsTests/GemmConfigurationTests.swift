import GPUKernels
import KernelIR
import Tensors
import Testing

@Suite struct GemmConfigurationTests {
  /// Sizes and leading dimensions that are refused, and words of the message.
  @Test func problems() throws {
    let f16 = GemmOperation(format: .f16)
    let mixed = GemmOperation(format: .f16, layoutOfB: .columnMajor, output: .f32)
    let cases: [(String, () throws(HewnError) -> GemmProblem)] = [
      ("M = 0", { () throws(HewnError) in try GemmProblem(f16, m: 0, n: 1, k: 1) }),
      ("N = -1", { () throws(HewnError) in try GemmProblem(f16, m: 1, n: -1, k: 1) }),
      (
        "K = 268435457",
        { () throws(HewnError) in try GemmProblem(f16, m: 1, n: 1, k: 1 << 28 + 1) }
      ),
      ("over 2⁴⁰", { () throws(HewnError) in try GemmProblem(f16, m: 1 << 28, n: 4097, k: 1) }),
      (
        "leading dimension 9 of A must be a multiple of 8",
        { () throws(HewnError) in try GemmProblem(f16, m: 2, n: 2, k: 9, leadingA: 9) }
      ),
      (
        "leading dimension 8 of B must be a multiple of 8, at least 9",
        { () throws(HewnError) in try GemmProblem(f16, m: 2, n: 9, k: 1, leadingB: 8) }
      ),
      (
        "leading dimension 16 of B must be a multiple of 8, at least 17",
        { () throws(HewnError) in try GemmProblem(mixed, m: 2, n: 9, k: 17, leadingB: 16) }
      ),
      (
        "leading dimension 10 of D must be a multiple of 4",
        { () throws(HewnError) in try GemmProblem(mixed, m: 2, n: 9, k: 17, leadingD: 10) }
      ),
    ]
    for (words, make) in cases {
      do throws(HewnError) {
        let problem = try make()
        Issue.record("\(problem) was taken, not refused with “\(words)”")
      } catch {
        #expect(error.code == .invalidArgument && error.message.contains(words), "\(error)")
      }
    }
    let problem = try GemmProblem(mixed, m: 3, n: 5, k: 17)
    #expect((problem.leadingA, problem.leadingB, problem.leadingD) == (24, 24, 8))
    #expect((problem.operationCount, problem.byteCount) == (510, 2 * (51 + 85) + 4 * 15))
  }

  /// Each kernel has a name of its own, which follows the grammar.
  @Test func names() throws {
    let names = GemmCatalogue.entries.map { $0.configuration.kernelName($0.operation) }
    #expect(Set(names).count == names.count)
    #expect(names.contains("gemm_rowmajor_f16_128x128x32__sm80"))
    #expect(names.contains("gemm_columnmajor_f16f32_bias_relu_128x256x64__sm90a"))
    #expect(names.contains("gemm_rowmajor_f16_128x256x64_cluster2__sm90a"))
    #expect(names.contains("gemm_rowmajor_tf32_128x128x16__sm80"))
    #expect(try GemmCatalogue.kernels.map(\.kernel.name) == names)
  }

  /// Every GPU has candidates for every problem, which fit it, and kernels of other generations are
  /// none.
  @Test(arguments: Target.allCases) func candidates(_ target: Target) throws {
    for operation in GemmCatalogue.operations {
      let problem = try GemmProblem(operation, m: 64, n: 1000, k: 576)
      let candidates = GemmConfiguration.candidates(for: problem, target: target)
      #expect(!candidates.isEmpty, "\(operation)")
      for candidate in candidates {
        #expect(candidate.target <= target && (candidate.target != .sm90a || target == .sm90a))
        let kernel = try candidate.kernel(operation)
        #expect(kernel.sharedByteCount <= target.sharedByteLimit, "\(kernel.name)")
      }
    }
  }

  /// Large products take large tiles, small ones tiles that fill the GPU, low ones low tiles; where
  /// there is `wgmma`, large ones take it.
  @Test func choice() throws {
    func best(_ m: Int, _ n: Int, _ k: Int, _ target: Target) throws -> GemmConfiguration {
      let problem = try GemmProblem(GemmOperation(format: .f16), m: m, n: n, k: k)
      return try #require(GemmConfiguration.candidates(for: problem, target: target).first)
    }
    let large = try best(4096, 4096, 4096, .sm80)
    #expect(large.tileM * large.tileN >= 128 * 128, "\(large)")
    let huge = try best(4096, 4096, 4096, .sm90a)
    #expect(huge.method == .warpgroups(2) && huge.clusterSize == 2, "\(huge)")
    // A row of tiles has none below it to share B with.
    #expect(try best(128, 100_000, 4096, .sm90a).clusterSize == 1)
    let small = try best(512, 512, 4096, .sm80)
    #expect(small.tileM * small.tileN <= 64 * 128, "\(small)")
    let low = try best(32, 100_000, 256, .sm80)
    #expect(low.tileM <= 64, "\(low)")
  }

  /// Clusters copy B once for two tiles, and take tiles two at a time.
  @Test func costOfClusters() throws {
    let operation = GemmOperation(format: .f16)
    let table = GemmConfiguration.table(operation).filter { $0.tileN == 256 && $0.tileK == 64 }
    let single = try #require(table.first { $0.target == .sm90a && $0.clusterSize == 1 })
    let pair = try #require(table.first { $0.clusterSize == 2 })
    let problem = try GemmProblem(operation, m: 384, n: 256, k: 64)
    var ceilings = GemmCeilings(.sm90a)
    ceilings.multiprocessorCount = 4
    let (alone, together) = (single.cost(of: problem, ceilings), pair.cost(of: problem, ceilings))
    #expect(alone.cache == (128 + 256) * 64 * 2 / 32)
    #expect(together.cache == (128 + 128) * 64 * 2 / 32)
    #expect(alone.tensor == together.tensor && alone.shared == together.shared)
    // Three tiles are two pairs.
    let kernel = WarpgroupGemmKernel(problem, pair, multiprocessorCount: 7)
    #expect(kernel.grid == Grid(4))
    #expect(WarpgroupGemmKernel(problem, pair, multiprocessorCount: 3).grid == Grid(2))
    #expect(WarpgroupGemmKernel(problem, pair, multiprocessorCount: 1).grid == Grid(2))
    #expect(kernel.tensorMaps(a: 0, b: 0).b.box == [64, 64])
  }

  /// What is counted for one whole tile of one block.
  @Test func cost() throws {
    let configuration = GemmConfiguration(
      tile: (128, 128, 32), .warps(m: 2, n: 2), stages: 4, registers: 255)
    var ceilings = GemmCeilings(.sm80)
    ceilings.multiprocessorCount = 1
    let problem = try GemmProblem(GemmOperation(format: .f16), m: 256, n: 128, k: 64)
    let cost = configuration.cost(of: problem, ceilings)
    // Both tiles are on the multiprocessor at a time, with two steps each.
    #expect(cost.tensor == 4 * 128 * 128 * 32 / 1024)
    #expect(cost.cache == 4 * 256 * 32 * 2 / 32)
    // Copied once, and read by two warps each.
    #expect(cost.shared == 4 * 3 * 256 * 32 * 2 / 128)
    #expect(cost.memory == Double(2 * (256 * 64 + 64 * 128 + 256 * 128)) / 1100)
    #expect(cost.latency == 2000)
    #expect(cost.cycles == cost.tensor + cost.latency)
  }
}
