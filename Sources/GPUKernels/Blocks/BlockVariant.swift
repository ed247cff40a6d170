internal import KernelIR

/// What is known while a kernel of a convolution on blocks is built; all else are arguments, so that layers
/// share kernels.
package struct BlockVariant: Hashable, Sendable {
  package let precision: BlockPrecision
  package let form: BlockTiling.Form
  package let rootRows: Int
  package let rootsPerBlock: Int
  package let pixelWarps: Int
  package let pixelsPerWarp: Int
  package let stageCount: Int
  /// Whether blocks share the chunks of a tile, and leave their sums to ``BlockFinishKernel``.
  package let isSplit: Bool
  /// What follows the sums, in this kernel.
  package let finish: BlockFinish
  /// The segments of a root group.
  let segmentPlaces: [BlockTiling.SegmentPlace]
  /// 16-byte units of a plane that each thread copies; 1 where the block copies several planes at a time.
  package let copiesPerThread: Int
  /// Rows of a warpgroup's products, those of the layer's least segment: 16, 32 or 64. 0 with warps.
  package let productRows: Int
  /// All stages, rounded up.
  package let sharedByteCount: Int

  package init(_ layer: BlockLayer) {
    let tiling = layer.tiling
    precision = tiling.precision
    form = tiling.form
    rootRows = tiling.rootRows
    rootsPerBlock = tiling.rootsPerBlock
    pixelWarps = tiling.pixelWarps
    pixelsPerWarp = tiling.pixelsPerWarp
    stageCount = tiling.stageCount
    isSplit = tiling.splitCount > 1
    finish = isSplit ? BlockFinish() : BlockFinish(layer.problem)
    segmentPlaces = tiling.segmentPlaces
    copiesPerThread = layer.stage.copiesPerThread(threadCount: tiling.threadCount)
    productRows =
      form == .warpgroup ? layer.counts.steps.keys.min() ?? BlockTiling.bandRows : 0
    sharedByteCount = Self.sharedByteCount(atLeast: layer.sharedByteCount)
  }

  package var warpCount: Int { rootsPerBlock * pixelWarps * warpsPerPart }
  /// Warps that have a root group and a run of pixels together.
  var warpsPerPart: Int { form == .warp ? 1 : 4 }
  package var threadCount: Int { 32 * warpCount }
  /// Bands of 16 rows, of one matrix product each.
  var bandCount: Int { rootRows / BlockTiling.bandRows }
  var target: Target {
    switch form {
    case .warp: sharedByteCount <= Target.sm80.sharedByteLimit ? .sm80 : .sm90
    case .warpgroup: .sm90a
    }
  }

  package var name: String {
    let product = form == .warp ? "" : "n\(productRows)"
    let tile = "\(rootRows)x\(rootsPerBlock)by\(pixelWarps)x\(pixelsPerWarp)\(product)"
    let memory = "s\(stageCount)c\(copiesPerThread)k\(sharedByteCount >> 10)"
    let operation = "blocks" + (isSplit ? "sums" : finish.name)
    let architecture = target.rawValue.filter { $0 != "_" }
    return "\(operation)_lanes8_\(precision)_\(tile)\(memory)__\(architecture)"
  }

  /// Shared memory in kernels is of few sizes, so that layers share them: those of which 1 to 6 blocks fit a
  /// multiprocessor of 100, 164 or 228 KiB, with 1 KiB that each block takes besides. Rounding up to
  /// the next one so never lowers the number of blocks, as long as that is at most 6.
  ///
  /// What is over the greatest is not rounded; no device has it.
  static func sharedByteCount(atLeast byteCount: Int) -> Int {
    let sizes = [100, 164, 228].flatMap { all in (1...6).map { (all / $0 - 1) << 10 } }
    return sizes.filter { $0 >= byteCount }.min() ?? byteCount
  }
}
