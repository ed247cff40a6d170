/// What the numbers of a vector clock stand for.
///
/// A clock has the last epoch that is known of each warp of the cluster. Where kernels use the
/// asynchronous proxy, it has two more parts. One has for each warp the last epoch whose stores a
/// `fence.proxy.async` of the warp's block is known to have made visible; as it is handed on with
/// the rest, a fence counts from where it stands in the order of things. The other has for each
/// *carrier* the last epoch of what it has brought: carriers stand for the barriers in shared
/// memory that copies end at, so that only those who wait there know of the copies.
struct ClockLayout {
  /// Warps of all blocks of the cluster.
  let warpCount: Int
  /// Warps of a block.
  let warpsOfBlock: Int
  /// Numbers of a clock.
  let length: Int

  /// Carriers of a block. Barriers share them when there are more, which then count as one.
  static let carriersOfBlock = 64

  init(blockCount: Int, warpsOfBlock: Int, usesAsyncProxy: Bool) {
    self.warpsOfBlock = warpsOfBlock
    warpCount = blockCount * warpsOfBlock
    length =
      usesAsyncProxy ? 2 * warpCount + blockCount * Self.carriersOfBlock : warpCount
  }

  /// Where it says what is fenced of a warp.
  @inline(__always) func fenced(_ warp: Int) -> Int { warpCount + warp }

  /// Where it says what a carrier, counted over all blocks, has brought.
  @inline(__always) func brought(_ carrier: Int) -> Int { 2 * warpCount + carrier }

  /// The number of a block's carrier over all blocks.
  func carrier(_ index: Int, ofBlock rank: Int) -> Int { rank * Self.carriersOfBlock + index }
}
