package import KernelIR

// y[g, m, p, q, j] = activation(bias[m] + Σ_tap w[m, tap] · x[g, tap.channel, p·u + tap.y, q·v + tap.x, j]
//                              + residual[g, m, p, q, j])
//
// in f32, weights as a cover of segments of 8, 4 and 2 rows and of leaves.
//
// Pointers: x, y, residual f32 lanes8 as their `LanesGeometry` says, aligned to 16 bytes; tables of `LeafLayer`.
// Sums, where blocks share a tile's chunks, f32 [splits][G][M][P][Q][8], for `BlockFinishKernel`.
// Tiles: block (x, z) has row block x mod B, of `LeafTiling.rootsPerBlock` root groups of 8 rows, tile x / B of
// the output's groups, rows and columns, and share z of the chunks. Warp w has root group w / pixelWarps and the (w mod pixelWarps)th
// runs of 16 pixels, lane l pixel l / 2 of each run and images 4·(l mod 2)…: four sums for each row and run.
// Order of additions: a sum begins with 0 and adds its products one by one with `fma`: chunk by chunk; in each, of the
// segment of 8 rows, then of 4, of 2, and of leaves; in each of those by ascending (channel, y, x). Then come
// bias and residual.
// Limiter: passes of shared memory for segments up to 4 rows, issuing for 8 (`LeafTiling.TapCost`).

/// The kernel of a convolution by leaves.
///
/// It knows how a block is cut into warps and how much shared memory there is; all extents are arguments.
package struct LeafKernel: ProblemKernel {
  package typealias Arguments = LeafArguments

  package let grid: Grid
  let tiling: LeafTiling
  let finish: BlockFinish
  /// Of a block, in steps, so that few kernels serve all layers.
  package let sharedByteCount: Int

  package init(_ layer: LeafLayer) {
    self.init(
      layer.problem, layer.tiling, layer.stage, rowBlockCount: layer.rowBlockCount)
  }

  package init(
    _ problem: BlockProblem, _ tiling: LeafTiling, _ stage: LeafStage, rowBlockCount: Int
  ) {
    self.tiling = tiling
    finish = tiling.splitCount == 1 ? BlockFinish(problem) : BlockFinish()
    let least = stage.sharedByteCount(stages: tiling.stageCount)
    let limits = [Target.sm86, .sm80, .sm90].map(\.sharedByteLimit)
    sharedByteCount =
      limits.map { min($0, least.roundedUp(to: 8 << 10)) }.first { $0 >= least } ?? least
    grid = Grid(rowBlockCount * tiling.tileCount(problem), 1, tiling.splitCount)
  }

  private var target: Target {
    sharedByteCount <= Target.sm80.sharedByteLimit ? .sm80 : .sm90
  }

  package var name: String {
    let (roots, warps, runs) = (tiling.rootsPerBlock, tiling.pixelWarps, tiling.pixelRuns)
    return
      "leafconv\(tiling.splitCount == 1 ? finish.name : "sums")_lanes8_f32_\(8 * roots)x\(warps)x\(16 * runs)_\(tiling.stageCount)stages\(sharedByteCount >> 10)k__"
      + target.rawValue.filter { $0 != "_" }
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, target: target, threads: tiling.threadCount, registers: tiling.registerBudget,
      arguments: LeafArguments.self
    ) { k, arguments in
      LeafBody(k: k, a: arguments, tiling: tiling, finish: finish).emit(
        sharedByteCount: sharedByteCount)
    }
  }
}
