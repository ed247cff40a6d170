/// How a convolution on blocks goes about it. Chosen by a pure function of problem and device.
///
/// A block of threads computes the rows of `rootsPerBlock` root groups for the pixels of one tile; each of its
/// warps (or warpgroups) has one root group and `pixelsPerWarp` pixels of the tile, with 8 images each.
package struct BlockTiling: Hashable, Sendable, Codable {
  package enum Form: String, Hashable, Sendable, CaseIterable, Codable {
    /// `mma.sync`, a warp for each root group and run of pixels.
    case warp
    /// `wgmma` on sm_90a, a warpgroup of 4 warps for each; f16 and bf16 alone.
    case warpgroup
  }

  package var precision: BlockPrecision
  package var form: Form
  /// Rows of a root group: 16, 32 or 64.
  package var rootRows: Int
  /// Root groups of a block, as many as warps along rows.
  package var rootsPerBlock: Int
  /// Warps (or warpgroups) along pixels.
  package var pixelWarps: Int
  /// Pixels of a warp (or warpgroup), a multiple of 2 (of 8 for warpgroups).
  package var pixelsPerWarp: Int
  /// The tile's groups of 8 images, rows and columns; at most pixelWarps · pixelsPerWarp pixels.
  package var tileGroups: Int
  package var tileRows: Int
  package var tileColumns: Int
  /// Input channels that are staged together.
  package var channelsPerChunk: Int
  /// Stages in shared memory, at least 2.
  package var stageCount: Int
  /// Blocks that share the chunks of one tile and one row block; their sums are added by a second kernel.
  package var splitCount: Int

  package init(
    precision: BlockPrecision, form: Form = .warp, rootRows: Int, rootsPerBlock: Int,
    pixelWarps: Int,
    pixelsPerWarp: Int, tileGroups: Int, tileRows: Int, tileColumns: Int, channelsPerChunk: Int,
    stageCount: Int = 3, splitCount: Int = 1
  ) {
    self.precision = precision
    self.form = form
    self.rootRows = rootRows
    self.rootsPerBlock = rootsPerBlock
    self.pixelWarps = pixelWarps
    self.pixelsPerWarp = pixelsPerWarp
    self.tileGroups = tileGroups
    self.tileRows = tileRows
    self.tileColumns = tileColumns
    self.channelsPerChunk = channelsPerChunk
    self.stageCount = stageCount
    self.splitCount = splitCount
  }

  package var warpCount: Int { rootsPerBlock * pixelWarps * (form == .warp ? 1 : 4) }
  package var threadCount: Int { 32 * warpCount }
  /// Pixels that the warps of a block have room for.
  package var pixelCount: Int { pixelWarps * pixelsPerWarp }
}
