/// How a convolution by leaves goes about it. Chosen by a pure function of problem, cover and device.
///
/// A block of threads computes the rows of `rootsPerBlock` root groups for the pixels of one tile.
/// Each of its warps has one root group and `pixelRuns` runs of 16 pixels; a lane has half of the 8
/// images of one pixel in each run.
package struct LeafTiling: Hashable, Sendable, Codable {
  /// Root groups of a block, as many as warps along rows.
  package var rootsPerBlock: Int
  /// Warps along pixels.
  package var pixelWarps: Int
  /// Runs of 16 pixels of a warp: 1, 2 or 4. More share the reads of a tap's weights.
  package var pixelRuns: Int
  /// The tile's groups of 8 images, rows and columns; at most ``pixelCount`` pixels.
  package var tileGroups: Int
  package var tileRows: Int
  package var tileColumns: Int
  /// Input channels that are staged together, at most.
  package var channelsPerChunk: Int
  /// Room for a chunk's taps and weights in a stage, a multiple of 128.
  package var packetByteCount: Int
  /// Stages in shared memory, at least 2.
  package var stageCount: Int
  /// Blocks that share the chunks of one tile and one row block; their sums are added by ``BlockFinishKernel``.
  package var splitCount: Int

  package init(
    rootsPerBlock: Int, pixelWarps: Int, pixelRuns: Int, tileGroups: Int, tileRows: Int,
    tileColumns: Int, channelsPerChunk: Int, packetByteCount: Int, stageCount: Int = 2,
    splitCount: Int = 1
  ) {
    self.rootsPerBlock = rootsPerBlock
    self.pixelWarps = pixelWarps
    self.pixelRuns = pixelRuns
    self.tileGroups = tileGroups
    self.tileRows = tileRows
    self.tileColumns = tileColumns
    self.channelsPerChunk = channelsPerChunk
    self.packetByteCount = packetByteCount
    self.stageCount = stageCount
    self.splitCount = splitCount
  }

  /// Pixels of a run: two lanes for each.
  static let runPixels = 16
  /// Bytes of a packet's header for each root group: start and ends of its 15 segments.
  static let headerByteCount = 8 * (LeafSegment.all.count + 1)
  /// What one tap can take of a packet for each root group: 8 leaves.
  static let tapByteCount = 4 * LeafSegment.rootRows * LeafSegment.entryWordCount(height: 1)

  package var warpCount: Int { rootsPerBlock * pixelWarps }
  package var threadCount: Int { 32 * warpCount }
  /// Rows of a block.
  package var rowCount: Int { rootsPerBlock * LeafSegment.rootRows }
  /// Pixels that the warps of a block have room for.
  package var pixelCount: Int { pixelWarps * pixelRuns * Self.runPixels }
  /// Pixels of the tile.
  package var tilePixels: Int { tileGroups * tileRows * tileColumns }
  /// The smallest packet that holds any one tap.
  package var leastPacketByteCount: Int {
    rootsPerBlock * (Self.headerByteCount + Self.tapByteCount)
  }

  /// Tiles along groups, rows and columns of an output.
  package func tileCounts(_ problem: BlockProblem) -> (groups: Int, rows: Int, columns: Int) {
    (
      problem.imageGroups.dividedRoundingUp(by: tileGroups),
      problem.output.height.dividedRoundingUp(by: tileRows),
      problem.output.width.dividedRoundingUp(by: tileColumns)
    )
  }

  package func tileCount(_ problem: BlockProblem) -> Int {
    let counts = tileCounts(problem)
    return counts.groups * counts.rows * counts.columns
  }
}
