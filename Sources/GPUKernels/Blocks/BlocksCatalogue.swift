internal import Covers
package import KernelIR
package import Tensors

/// Kernels that stand for all convolutions on blocks where each is assembled.
package enum BlocksCatalogue {
  package static func kernels() throws -> [Kernel] {
    try (layers() + warpgroupLayers()).map { try BlockKernel($0).build() } + finishes()
  }

  /// A layer for each shape of a warp, of every precision, and for each of what may follow the sums.
  package static func layers() throws(HewnError) -> [BlockLayer] {
    var layers: [BlockLayer] = []
    for precision in BlockPrecision.allCases {
      for (rootRows, roots, pixelWarps, pixels) in [
        (16, 2, 4, 8), (16, 2, 4, 16), (16, 1, 8, 24), (16, 1, 8, 32), (32, 2, 4, 8),
        (32, 2, 4, 12),
        (32, 2, 4, 16), (64, 4, 2, 2), (64, 2, 4, 4), (64, 2, 4, 6), (64, 2, 4, 8),
      ] {
        layers.append(
          try layer(
            precision, rootRows: rootRows, roots: roots, pixelWarps: pixelWarps, pixels: pixels,
            .clip(lower: 0, upper: 6), hasResidual: true))
      }
      layers.append(
        try layer(
          precision, rootRows: 64, roots: 2, pixelWarps: 4, pixels: 8, .identity, splitCount: 2))
    }
    for activation in BlockActivation.examples {
      layers.append(
        try layer(.f16, rootRows: 64, roots: 2, pixelWarps: 4, pixels: 8, activation))
    }
    return layers
  }

  /// A layer for each shape of a warpgroup and each number of rows of a product, of both precisions, and for
  /// each of what may follow the sums.
  package static func warpgroupLayers() throws(HewnError) -> [BlockLayer] {
    var layers: [BlockLayer] = []
    for precision in [BlockPrecision.f16, .bf16] {
      for (rootRows, roots, pixelWarps, pixels) in [
        (16, 1, 4, 16), (16, 2, 1, 64), (32, 2, 2, 16), (32, 1, 2, 64), (64, 2, 2, 8),
        (64, 1, 4, 16),
        (64, 1, 3, 24), (64, 1, 2, 32),
      ] {
        for productRows in [16, 32, 64] where productRows <= rootRows {
          layers.append(
            try layer(
              precision, form: .warpgroup, rootRows: rootRows, leastRows: productRows, roots: roots,
              pixelWarps: pixelWarps, pixels: pixels, .clip(lower: 0, upper: 6), hasResidual: true))
        }
      }
      layers.append(
        try layer(
          precision, form: .warpgroup, rootRows: 64, leastRows: 16, roots: 1, pixelWarps: 2,
          pixels: 32, .identity, splitCount: 2))
    }
    for activation in BlockActivation.examples {
      layers.append(
        try layer(
          .f16, form: .warpgroup, rootRows: 64, leastRows: 16, roots: 1, pixelWarps: 4, pixels: 16,
          activation))
    }
    return layers
  }

  private static func finishes() throws -> [Kernel] {
    try BlockPrecision.allCases.filter { $0 != .tf32x3 }.flatMap { precision in
      try BlockActivation.examples.map { activation in
        try BlockFinishKernel(
          layer(
            precision, rootRows: 16, roots: 1, pixelWarps: 1, pixels: 4, activation,
            hasResidual: true, splitCount: 2)
        ).build()
      }
    }
  }

  /// 3 × 3 taps of one channel, and maps of 56 × 56 pixels.
  ///
  /// - Parameter leastRows: of a segment; by default those of a root group.
  private static func layer(
    _ precision: BlockPrecision, form: BlockTiling.Form = .warp, rootRows: Int,
    leastRows: Int? = nil, roots: Int, pixelWarps: Int, pixels: Int, _ activation: BlockActivation,
    hasResidual: Bool = false, splitCount: Int = 1
  ) throws(HewnError) -> BlockLayer {
    let output = LanesGeometry(channels: rootRows * roots, height: 56, width: 56)
    let problem = BlockProblem(
      imageGroups: 1, input: LanesGeometry(channels: 1, height: 56, width: 56), output: output,
      residual: hasResidual ? output : nil, activation: activation)
    let tiling = BlockTiling(
      precision: precision, form: form, rootRows: rootRows, rootsPerBlock: roots,
      pixelWarps: pixelWarps,
      pixelsPerWarp: pixels, tileGroups: 1, tileRows: pixelWarps, tileColumns: pixels,
      channelsPerChunk: 8, splitCount: splitCount)
    let rows = output.channels
    let matrix = try FilterMatrix(
      rows: rows, taps: 9, values: Array(repeating: 1, count: 9 * rows))
    let taps = (0..<9).map { BlockTap(channel: 0, y: $0 / 3 - 1, x: $0 % 3 - 1) }
    return try BlockLayer(
      problem,
      branches: [
        BlockBranch(
          taps: taps, cover: .dense(matrix, rootHeight: leastRows ?? rootRows),
          bias: Array(repeating: 0, count: rows))
      ], tiling: tiling)
  }
}
