package import Tensors

/// A convolution on blocks in the form in which its kernel reads it, on the host.
///
/// A *row block* is `rootsPerBlock` root groups; it reads one *packet* of taps and weights for each
/// chunk of channels of which its rows read any. Row blocks come by descending work.
///
///     work[rowBlock · splits + split]  first chunk, chunks
///     chunks[i]                        first entry of `channels`, entries, packet's start and length
///                                      in vectors of 16 bytes
///     channels[i]                      input channel, byte offset of its plane in the stage
///     rows[position]                   output row, or `UInt32.max` where nothing is stored
///     bias[position]                   one for each position
///
/// with positions (rowBlock · rootsPerBlock + root) · rootRows + row. ``BlockPacket`` says what a
/// packet consists of, and ``BlockStage`` where the planes lie.
package struct BlockLayer: PackedConvolution, Hashable, Sendable {
  package let problem: BlockProblem
  package let tiling: BlockTiling
  package let stage: BlockStage
  package let rowBlockCount: Int
  /// Two words each.
  package let work: [UInt32]
  /// Four words each.
  package let chunks: [UInt32]
  /// Two words each.
  package let channels: [UInt32]
  /// Words of all packets.
  package let packets: [UInt32]
  package let rows: [UInt32]
  package let bias: [Float]
  /// Where a stage has its packet, a multiple of 128.
  package let packetOffset: Int
  /// A multiple of 128.
  package let stageByteCount: Int
  package let counts: BlockCounts

  /// Bytes of all stages, and no less than warpgroups need to store.
  package var sharedByteCount: Int {
    max(tiling.stageCount * stageByteCount, tiling.epilogueByteCount)
  }

  /// Packs a layer.
  ///
  /// - Precondition: the branches' taps read channels of the input, and their rows are those of the
  ///   output, each in one branch.
  /// - Throws: `unsupported` where a weight is beyond what the precision can represent.
  /// - Complexity: O(weights + taps · phases of a segment).
  package init(
    _ problem: BlockProblem, branches: [BlockBranch], tiling: BlockTiling
  ) throws(HewnError) {
    let stage = BlockStage(problem, taps: branches.lazy.flatMap(\.taps), tiling: tiling)
    var packer = BlockPacker(stage: stage, tiling: tiling)
    for rowBlock in try Self.rowBlocks(branches, tiling) { packer.append(rowBlock) }
    self.problem = problem
    self.tiling = tiling
    self.stage = stage
    rowBlockCount = packer.rowBlockCount
    work = packer.work
    chunks = packer.chunks
    channels = packer.channels
    packets = packer.packets
    rows = packer.rows
    bias = packer.bias
    packetOffset = packer.planesEnd.roundedUp(to: 128)
    stageByteCount = packetOffset + packer.packetByteCount.roundedUp(to: 128)
    counts = packer.counts
  }

  /// The root groups of all branches, `rootsPerBlock` at a time.
  ///
  /// Those of a branch stay together, as they read the same channels, and among them those of like
  /// work, as the warps of a block wait for each other.
  private static func rowBlocks(
    _ branches: [BlockBranch], _ tiling: BlockTiling
  ) throws(HewnError) -> [[BlockRoot]] {
    var roots: [BlockRoot] = []
    for branch in branches {
      roots += try BlockRoot.all(branch, tiling).sorted { $0.work > $1.work }
    }
    var blocks: [(work: Int, roots: [BlockRoot])] = []
    for first in stride(from: 0, to: roots.count, by: tiling.rootsPerBlock) {
      var block = Array(roots[first..<min(first + tiling.rootsPerBlock, roots.count)])
      while block.count < tiling.rootsPerBlock { block.append(BlockRoot(tiling)) }
      blocks.append((block.reduce(0) { $0 + $1.work }, block))
    }
    return blocks.sorted { $0.work > $1.work }.map(\.roots)
  }
}

/// What a packed layer consists of.
package struct BlockCounts: Hashable, Sendable {
  /// Steps of segments by height: 16, 32, 64.
  package var steps: [Int: Int] = [:]
  /// Segments that chunks have steps of, by height.
  package var segments: [Int: Int] = [:]
  /// Taps of all segments, and those which fill up steps.
  package var tapCount = 0
  package var paddingTapCount = 0
  /// Wavefronts of shared memory in which one pixel's taps are read.
  package var wavefronts = 0
  /// As many as whole steps take without bank conflicts.
  package var stepWavefronts = 0
  /// As many as the taps would take without padding and bank conflicts.
  package var idealWavefronts = 0
  /// ``bandSteps`` of the row block that has most.
  package var greatestBandSteps = 0
  /// Chunks of all row blocks, and the channels in them.
  package var chunkCount = 0
  package var channelCount = 0
  /// Of all packets.
  package var packetByteCount = 0

  package init() {}

  /// Products of 16 rows, a step and a pixel.
  package var bandSteps: Int { steps.reduce(0) { $0 + $1.key / BlockTiling.bandRows * $1.value } }
  package var stepCount: Int { steps.values.reduce(0, +) }
  /// Wavefronts without those of padding alone, by those without conflicts: 1 where there are none.
  package var conflictRatio: Double {
    guard idealWavefronts > 0 else { return 1 }
    return 1 + Double(wavefronts - stepWavefronts) / Double(idealWavefronts)
  }
}
