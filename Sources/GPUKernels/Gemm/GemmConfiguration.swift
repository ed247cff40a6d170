package import KernelIR

/// How a matrix product is computed: what a block and its warps do.
package struct GemmConfiguration: Hashable, Sendable {
  /// Who multiplies.
  package enum Method: Hashable, Sendable {
    /// m × n warps with `mma.sync`, which copy with `cp.async`.
    case warps(m: Int, n: Int)
    /// Warpgroups above each other with `wgmma`, and one more that copies tiles with TMA (sm_90a).
    case warpgroups(Int)
  }

  /// The oldest GPUs that the kernel runs on.
  package var target: Target
  /// Rows and columns of D that a block computes at a time, and how much of K it has in a stage.
  package var tileM: Int
  package var tileN: Int
  package var tileK: Int
  package var method: Method
  /// Blocks of a cluster, with warpgroups: their tiles lie above each other, and each copies a part of
  /// the tile of B for all.
  package var clusterSize: Int
  /// Tiles of A and B that are in shared memory at a time; all but one are being copied.
  package var stageCount: Int
  /// The most registers of a thread.
  package var registerBudget: Int

  package init(
    target: Target = .sm80, tile: (m: Int, n: Int, k: Int), _ method: Method,
    cluster clusterSize: Int = 1, stages stageCount: Int, registers registerBudget: Int
  ) {
    self.target = target
    (tileM, tileN, tileK) = tile
    self.method = method
    self.clusterSize = clusterSize
    self.stageCount = stageCount
    self.registerBudget = registerBudget
  }

  package var threadCount: Int {
    switch method {
    case .warps(let m, let n): 32 * m * n
    case .warpgroups(let count): 128 * (count + 1)
    }
  }

  /// Bytes of a stage: a tile of A and one of B.
  func stageByteCount(_ format: GemmOperation.Format) -> Int {
    (tileM + tileN) * tileK * format.byteCount
  }

  /// What tiles take of shared memory.
  func tilesByteCount(_ format: GemmOperation.Format) -> Int {
    stageCount * stageByteCount(format)
  }

  /// `gemm_rowmajor_f16_128x128x32__sm80`, `gemm_rowmajor_f16_128x256x64_cluster2__sm90a`
  package func kernelName(_ operation: GemmOperation) -> String {
    "gemm_\(operation.name)_\(tileM)x\(tileN)x\(tileK)"
      + (clusterSize == 1 ? "" : "_cluster\(clusterSize)") + "__"
      + target.rawValue.filter { $0 != "_" }
  }

  /// The kernel, which takes ``GemmArguments``, or ``WarpgroupGemmArguments`` with warpgroups.
  package func kernel(_ operation: GemmOperation) throws(KernelError) -> Kernel {
    switch method {
    case .warps(let m, let n): try warpKernel(operation, warps: (m, n))
    case .warpgroups(let count): try warpgroupKernel(operation, consumers: count)
    }
  }

  /// Tiles of D; with clusters, as many for each.
  func tileCount(_ problem: GemmProblem) -> Int {
    clusterSize * problem.m.dividedRoundingUp(by: tileM * clusterSize)
      * problem.n.dividedRoundingUp(by: tileN)
  }
}
