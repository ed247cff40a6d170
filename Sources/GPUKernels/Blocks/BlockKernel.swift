package import KernelIR

// y[g, m, p, q, j] = activation(bias[m] + Σ_tap w[m, tap] · x[g, tap.channel, p·u + tap.y, q·v + tap.x, j]
//                               + residual[g, m, p, q, j])
//
// Pointers: x, y and the residual as `LanesGeometry` says, vectors of 8 images in f16, bf16 or (tf32, tf32x3) f32;
// the tables of `BlockLayer`; sums, where blocks share a tile's chunks, f32 [splits][G][M][P][Q][8].
// Tiles: block (x, y, z) computes row block x, those of most work first, for the pixels of tile y, from its share z of
// the chunks. Warp (or warpgroup) w has root group ⌊w / pixelWarps⌋ of the row block and the pixels from
// (w mod pixelWarps) · pixelsPerWarp on.
// Pipeline: chunks of channels come with `cp.async` into stages, with the weights and tap places that the row block
// needs of them. A warp multiplies one segment after the other, each a loop over its steps; sums stay in registers.
// Limiter: shared memory with segments of 16 rows, the rate of the tensor cores with segments of 64. For a step and
// 8 pixels, 16 wavefronts of shared memory (f32: 16 for half as many taps) feed a product of each band and pixel.

/// The kernel of a convolution on blocks, with `mma.sync` or `wgmma`.
package struct BlockKernel: ProblemKernel {
  package typealias Arguments = BlockArguments

  package let layer: BlockLayer
  package let variant: BlockVariant

  /// - Precondition: at least two stages, and an even number of pixels of a warp; of a warpgroup a multiple of 8,
  ///   in f16 or bf16.
  package init(_ layer: BlockLayer) {
    let tiling = layer.tiling
    switch tiling.form {
    case .warp:
      precondition(tiling.pixelsPerWarp % 2 == 0, "\(tiling.pixelsPerWarp) pixels are no pairs")
    case .warpgroup:
      precondition(tiling.precision.element != .f32, "`wgmma` takes B of \(tiling.precision)")
      precondition(tiling.pixelsPerWarp % 8 == 0, "\(tiling.pixelsPerWarp) pixels are no eights")
    }
    precondition(tiling.stageCount >= 2, "a stage is copied while another is multiplied")
    self.layer = layer
    variant = BlockVariant(layer)
  }

  package var name: String { variant.name }

  package var grid: Grid {
    let (problem, tiling) = (layer.problem, layer.tiling)
    let tiles =
      problem.imageGroups.dividedRoundingUp(by: tiling.tileGroups)
      * problem.output.height.dividedRoundingUp(by: tiling.tileRows)
      * problem.output.width.dividedRoundingUp(by: tiling.tileColumns)
    return Grid(layer.rowBlockCount, tiles, tiling.splitCount)
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, target: variant.target, threads: variant.threadCount,
      registers: layer.tiling.registerBudget(copies: variant.copiesPerThread),
      arguments: BlockArguments.self
    ) { k, a in
      let place = BlockPlace(k, a, variant)
      let stages = k.shared(U32.self, count: variant.sharedByteCount / 4, alignment: 128)
      let work = a.work.advanced(
        by: multiplyAdd(k.blockIndex.x, a.splitCount, k.blockIndex.z) * 2
      ).loadVector(2)
      let copies = BlockCopies(place, variant, to: stages, first: work[0], count: work[1])
      switch variant.form {
      case .warp:
        let products = BlockProducts(place, variant, in: stages)
        copyAndMultiply(k, a, copies, count: work[1], add: products.add)
        BlockEpilogue(place, variant).store(products.sums)
      case .warpgroup:
        let products = WarpgroupProducts(place, variant, in: stages)
        copyAndMultiply(k, a, copies, count: work[1], add: products.add)
        WarpgroupEpilogue(place, variant, in: stages).store(products.sums)
      }
    }
  }

  /// Copies all chunks, and calls `add` with the stage of each when it has come.
  private func copyAndMultiply(
    _ k: KernelBuilder, _ a: KernelArguments<BlockArguments>, _ copies: BlockCopies,
    count: Value<U32>, add: (_ stage: Value<U32>) -> Void
  ) {
    // Start the copies of all stages but one.
    k.loop(to: Value(variant.stageCount - 1)) { _ in
      copies.start()
      copies.lookUpChannels()
    }
    // Copy and multiply.
    let stage = k.variable(U32.self, "stage", initially: 0)
    k.loop(to: count) { _ in
      k.waitForCopies(pending: variant.stageCount - 2)
      k.barrier()
      // `cp.async` writes as ordinary stores do; `wgmma` reads in the proxy of bulk copies.
      if variant.form == .warpgroup { k.fenceAsyncProxy() }
      copies.start()
      add(stage.value)
      stage.value = BlockCopies.advance(stage.value, a, variant)
      copies.lookUpChannels()
    }
  }
}
