package import Tensors

/// A convolution's weights as ``LeafKernel`` reads them: the cover of its filters, cut into what each block of
/// rows needs of each chunk of channels. Little endian; every table starts at a multiple of 16 bytes.
///
///     work[row block · splits + split]
///                      first chunk, number of chunks
///     chunks[i]        first channel in `channels`, their number; the packet's first 16 bytes in
///                      `packets`, their number
///     channels[i]      where an input channel begins, in pieces of 16 bytes
///     rows[position]   the output channel, or `UInt32.max`
///     bias[position]   its bias
///
/// A packet has for each root group of its row block a header of 16 pairs of byte offsets from the packet's
/// start: twice where the first segment begins; then for each of ``LeafSegment/all`` where its last
/// whole pair of taps ends, and where it ends, which is where the next one begins. Entries of a segment
/// of V rows follow each other, in ascending (channel, y, x):
///
///     place of the tap in the stage in bytes (u32), V weights (f32), zeros up to 8 bytes
///
/// Row blocks and the root groups of branches lie by descending work, so that the last blocks to start are
/// short, and warps that wait for each other have about as much to do.
package struct LeafLayer: PackedConvolution, Sendable {
  package let problem: BlockProblem
  package let tiling: LeafTiling
  package let stage: LeafStage
  package let rowBlockCount: Int
  package let work: [UInt32]
  package let chunks: [UInt32]
  package let channels: [UInt32]
  package let packets: [UInt32]
  package let rows: [UInt32]
  package let bias: [Float]

  /// Packs covers.
  ///
  /// - Precondition: a tile has at most as many pixels as warps have room for, and any tap fits in a packet.
  /// - Throws: `unsupported` where sizes are beyond what the kernel's numbers hold, or there are no rows.
  /// - Complexity: O(E · log E) for E entries.
  package init(
    _ problem: BlockProblem, _ branches: [BlockBranch], _ tiling: LeafTiling
  ) throws(HewnError) {
    let window = TapWindow(branches.lazy.flatMap(\.taps))
    try problem.checkLeaves(window)
    let stage = LeafStage(problem, window: window, tiling)
    precondition(
      tiling.tilePixels <= tiling.pixelCount && tiling.packetByteCount % 128 == 0
        && tiling.packetByteCount >= tiling.leastPacketByteCount,
      "a tiling with too little room: \(tiling)")
    var blocks = Self.rowBlocks(branches, rootsPerBlock: tiling.rootsPerBlock)
    precondition(1...1 << 10 ~= tiling.splitCount, "\(tiling.splitCount) splits")
    guard !blocks.isEmpty, blocks.count <= KernelSize.limit / tiling.tileCount(problem) else {
      throw HewnError(
        .unsupported,
        "a convolution by leaves of \(blocks.count) row blocks and \(tiling.tileCount(problem)) tiles; a"
          + " grid has 1 to 2^31 - 1024 blocks")
    }
    if tiling.splitCount > 1 {
      _ = try KernelSize.count([tiling.splitCount, problem.splitVectorCount])
      precondition(
        BlockFinishKernel.reaches(
          positions: blocks.count * tiling.rowCount, groups: problem.imageGroups),
        "\(blocks.count) row blocks that share chunks")
    }
    blocks.sort { $0.work > $1.work }
    var packer = LeafPacker(problem, tiling, stage)
    var (work, rows, bias): ([UInt32], [UInt32], [Float]) = ([], [], [])
    for block in blocks {
      let chunks = try packer.append(block.roots)
      let weights = chunks.map { packer.chunkWork[$0] }
      for share in BlockPacker.split(weights, into: tiling.splitCount) {
        work += [UInt32(chunks.lowerBound + share.lowerBound), UInt32(share.count)]
      }
      for position in 0..<tiling.rowCount {
        let (root, row) = position.quotientAndRemainder(dividingBy: LeafSegment.rootRows)
        let filter =
          block.roots.indices.contains(root) && row < block.roots[root].filters.count
          ? block.roots[root].filters[row] : nil
        rows.append(filter.map { UInt32($0.row) } ?? BlockRoot.noRow)
        bias.append(filter?.bias ?? 0)
      }
    }
    self.problem = problem
    self.tiling = tiling
    self.stage = stage
    rowBlockCount = blocks.count
    (self.work, self.rows, self.bias) = (work, rows, bias)
    (chunks, channels, packets) = (packer.chunks, packer.channels, packer.packets)
  }

  /// A row block before it is packed.
  private struct RowBlock {
    var roots: [LeafRoot]
    var work: Int { roots.reduce(0) { $0 + $1.work } }
  }

  private static func rowBlocks(_ branches: [BlockBranch], rootsPerBlock: Int) -> [RowBlock] {
    // Branches follow each other, as they read other channels.
    let roots = branches.flatMap { branch in
      LeafRoot.all(of: branch).sorted { $0.work > $1.work }
    }
    return stride(from: 0, to: roots.count, by: rootsPerBlock).map { first in
      RowBlock(roots: Array(roots[first..<min(first + rootsPerBlock, roots.count)]))
    }
  }
}

/// Up to 8 rows of a branch, and what they read.
struct LeafRoot {
  /// A tap of a segment.
  struct Entry {
    var tap: BlockTap
    /// In ``LeafSegment/all``.
    var segment: Int
    var weights: ArraySlice<Float>

    /// Multiply-adds for each pixel; the rest of an entry takes about as long as four of them.
    var work: Int { weights.count + 4 }
  }

  var filters: [(row: Int, bias: Float)]
  var entries: [Entry]

  /// Of all entries.
  var work: Int { entries.reduce(0) { $0 + $1.work } }

  /// The root groups of a branch. Those of the cover that are smaller share one, and taller segments are cut.
  static func all(of branch: BlockBranch) -> [LeafRoot] {
    let cover = branch.cover
    let height = LeafSegment.rootRows
    var roots = stride(from: 0, to: cover.rows, by: height).map { first in
      LeafRoot(
        filters: cover.order[first..<min(first + height, cover.rows)].map {
          (branch.firstRow + $0, branch.bias[$0])
        }, entries: [])
    }
    for segment in cover.segments {
      let part = min(segment.height, height)
      for first in stride(from: 0, to: segment.height, by: part) {
        let (root, row) = (segment.firstRow + first).quotientAndRemainder(dividingBy: height)
        let index = LeafSegment.index(height: part, firstRow: row)
        for (t, tap) in segment.taps.enumerated() {
          let start = t * segment.height + first
          roots[root].entries.append(
            Entry(
              tap: branch.taps[Int(tap)], segment: index,
              weights: segment.weights[start..<start + part]))
        }
      }
    }
    for (position, leaves) in cover.leavesByRow.enumerated() {
      let index = LeafSegment.index(height: 1, firstRow: position % height)
      for leaf in leaves {
        roots[position / height].entries.append(
          Entry(tap: branch.taps[Int(leaf.tap)], segment: index, weights: [leaf.weight]))
      }
    }
    return roots
  }
}
