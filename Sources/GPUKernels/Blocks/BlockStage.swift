internal import Tensors

/// Where input pixels lie in a stage of shared memory.
///
///     [groups][haloRows][haloColumns] vectors for each channel of a chunk, then its packet
///
/// Row i and column j of a tile's planes hold input pixel
/// (p₀ · u + minimum.vertical + i · stagedStep.vertical, q₀ · v + minimum.horizontal + j · stagedStep.horizontal),
/// zeros outside of the input, where (p₀, q₀) is the tile's first output pixel and u and v are the
/// strides. A tap's place and a pixel's place add up:
///
///     plane start + tapOffset(tap) + pixelOffset(g, p, q)
package struct BlockStage: Hashable, Sendable {
  /// Bytes that shared memory reads at a time, from all banks.
  package static let wavefrontByteCount = 128

  /// The least y and x of the taps.
  package let minimum: Spatial
  /// Input pixels from one staged pixel to the next: the stride where all taps have the same y (or
  /// x), as what lies between is never read, else 1.
  package let stagedStep: Spatial
  /// Staged pixels from one output pixel to the next.
  package let pixelStep: Spatial
  /// Groups of 8 images of the tile.
  package let groups: Int
  package let haloRows: Int
  package let haloColumns: Int
  package let vectorByteCount: Int

  /// The geometry for taps within a range.
  package init(_ problem: BlockProblem, range: TapWindow, tiling: BlockTiling) {
    let rows = Axis(range.y, stride: problem.stride.vertical, tile: tiling.tileRows)
    let columns = Axis(range.x, stride: problem.stride.horizontal, tile: tiling.tileColumns)
    minimum = Spatial(range.y.lowerBound, range.x.lowerBound)
    stagedStep = Spatial(rows.stagedStep, columns.stagedStep)
    pixelStep = Spatial(rows.pixelStep, columns.pixelStep)
    groups = tiling.tileGroups
    haloRows = rows.extent
    haloColumns = columns.extent
    vectorByteCount = tiling.precision.vectorByteCount
  }

  /// The geometry for taps, of which there may be none.
  package init(_ problem: BlockProblem, taps: some Sequence<BlockTap>, tiling: BlockTiling) {
    self.init(problem, range: TapWindow(taps), tiling: tiling)
  }

  /// One direction.
  private struct Axis {
    var stagedStep: Int
    var pixelStep: Int
    var extent: Int

    init(_ taps: ClosedRange<Int>, stride: Int, tile: Int) {
      let length = taps.upperBound - taps.lowerBound
      (stagedStep, pixelStep) = length == 0 ? (stride, 1) : (1, stride)
      extent = (tile - 1) * pixelStep + length + 1
    }
  }

  package var planeVectorCount: Int { groups * haloRows * haloColumns }
  package var planeByteCount: Int { planeVectorCount * vectorByteCount }

  /// 16-byte units of a plane that each thread of a block copies, 1 where it copies several planes at a time.
  package func copiesPerThread(threadCount: Int) -> Int {
    (planeByteCount / 16).dividedRoundingUp(by: threadCount)
  }

  /// Bytes from a plane's start to what pixel (0, 0, 0) of the tile reads by a tap.
  package func tapOffset(_ tap: BlockTap) -> Int {
    // Along an axis of step > 1 all taps agree.
    let row = (tap.y - minimum.vertical) / stagedStep.vertical
    let column = (tap.x - minimum.horizontal) / stagedStep.horizontal
    return (row * haloColumns + column) * vectorByteCount
  }

  /// Bytes from what pixel (0, 0, 0) of the tile reads to what pixel (g, p, q) reads.
  package func pixelOffset(group: Int, row: Int, column: Int) -> Int {
    ((group * haloRows + row * pixelStep.vertical) * haloColumns + column * pixelStep.horizontal)
      * vectorByteCount
  }
}
