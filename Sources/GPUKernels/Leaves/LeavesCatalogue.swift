package import KernelIR

/// Kernels that stand for all convolutions by leaves where each is assembled.
package enum LeavesCatalogue {
  package static func kernels() throws -> [Kernel] {
    try leaves().map { try $0.build() } + direct().map { try $0.build() }
  }

  /// Every number of runs with every activation, with and without a residual, and the largest blocks.
  package static func leaves() -> [LeafKernel] {
    var kernels: [LeafKernel] = []
    for (runs, activation, hasResidual) in [
      (1, .clip(lower: 0, upper: 6), false), (2, .silu, true), (4, .identity, false),
      (4, .clip(lower: 0, upper: .infinity), true), (4, .leakyRelu(slope: 0.1), false),
      (4, .silu, true), (4, .hardSwish, true), (4, .sigmoid, false),
    ] as [(Int, BlockActivation, Bool)] {
      kernels.append(kernel(roots: 4, runs: runs, activation, hasResidual: hasResidual))
    }
    for (roots, warps, runs) in [(1, 1, 1), (1, 1, 4), (8, 1, 4), (8, 2, 2), (8, 2, 1)] {
      kernels.append(kernel(roots: roots, warps: warps, runs: runs))
    }
    kernels.append(kernel(roots: 4, runs: 4, splits: 2))
    return kernels
  }

  package static func direct() -> [DirectKernel] {
    let problem = problem(.identity, hasResidual: false)
    let other = self.problem(.silu, hasResidual: true)
    return [DirectKernel(problem), DirectKernel(other)]
  }

  private static func problem(
    _ activation: BlockActivation, hasResidual: Bool
  ) -> BlockProblem {
    let geometry = LanesGeometry(channels: 64, height: 56, width: 56)
    return BlockProblem(
      imageGroups: 1, input: geometry, output: geometry, residual: hasResidual ? geometry : nil,
      activation: activation)
  }

  private static func kernel(
    roots: Int, warps: Int = 2, runs: Int, _ activation: BlockActivation = .identity,
    hasResidual: Bool = false, splits: Int = 1
  ) -> LeafKernel {
    let pixels = warps * runs * LeafTiling.runPixels
    let tiling = LeafTiling(
      rootsPerBlock: roots, pixelWarps: warps, pixelRuns: runs, tileGroups: 1,
      tileRows: pixels / 8, tileColumns: 8, channelsPerChunk: 8, packetByteCount: 16 << 10,
      splitCount: splits)
    let problem = problem(activation, hasResidual: hasResidual)
    let window = TapWindow([BlockTap(channel: 0, y: -1, x: -1), BlockTap(channel: 0, y: 1, x: 1)])
    return LeafKernel(
      problem, tiling, LeafStage(problem, window: window, tiling), rowBlockCount: 1)
  }
}
