package import KernelIR

/// A product of a size with `mma.sync`.
package struct WarpGemmKernel: ProblemKernel {
  package typealias Arguments = GemmArguments
  package let problem: GemmProblem
  /// With warps.
  package let configuration: GemmConfiguration

  package init(_ problem: GemmProblem, _ configuration: GemmConfiguration) {
    self.problem = problem
    self.configuration = configuration
  }

  package var name: String { configuration.kernelName(problem.operation) }

  /// A block for each tile of D.
  package var grid: Grid { Grid(configuration.tileCount(problem)) }

  package func build() throws(KernelError) -> Kernel {
    try configuration.kernel(problem.operation)
  }
}

/// A product of a size with `wgmma`.
package struct WarpgroupGemmKernel: ProblemKernel {
  package typealias Arguments = WarpgroupGemmArguments
  package let problem: GemmProblem
  /// With warpgroups.
  package let configuration: GemmConfiguration
  package let multiprocessorCount: Int

  package init(
    _ problem: GemmProblem, _ configuration: GemmConfiguration, multiprocessorCount: Int
  ) {
    self.problem = problem
    self.configuration = configuration
    self.multiprocessorCount = multiprocessorCount
  }

  package var name: String { configuration.kernelName(problem.operation) }

  /// At most a block for each multiprocessor, which take the tiles of D in turn; whole clusters.
  package var grid: Grid {
    let size = configuration.clusterSize
    return Grid(
      Swift.min(
        configuration.tileCount(problem), Swift.max(1, multiprocessorCount / size) * size))
  }

  package func build() throws(KernelError) -> Kernel {
    try configuration.kernel(problem.operation)
  }

  /// How TMA finds the tiles of A and B at their addresses.
  package func tensorMaps(a: UInt64, b: UInt64) -> (a: TensorMap, b: TensorMap) {
    let isRowMajor = problem.operation.layoutOfB == .rowMajor
    let width = WarpgroupTile.rowElementCount
    return (
      TensorMap(
        .f16, address: a, extents: [problem.k, problem.m], byteStrides: [2 * problem.leadingA],
        box: [width, configuration.tileM], swizzle: .bytes128),
      TensorMap(
        .f16, address: b,
        extents: isRowMajor ? [problem.n, problem.k] : [problem.k, problem.n],
        byteStrides: [2 * problem.leadingB],
        box: [
          width,
          isRowMajor ? configuration.tileK : configuration.tileN / configuration.clusterSize,
        ], swizzle: .bytes128)
    )
  }
}
