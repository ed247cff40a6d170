internal import KernelIR

/// A pixel of a group of 8 images.
struct BlockPixel {
  var group: Value<U32>
  var row: Value<U32>
  var column: Value<U32>
}

/// Which part of a convolution a warp computes: the tile and the row block of its block, its root group and its
/// run of the tile's pixels. What depends on a pixel each lane computes for one pixel, so that others ask it.
struct BlockPlace {
  let k: KernelBuilder
  let a: KernelArguments<BlockArguments>
  private let variant: BlockVariant
  /// The tile's first output pixel.
  let tile: BlockPixel
  /// The warp's root group in the row block.
  let root: Value<U32>
  /// The lane's pixel within the tile: that of the warp's with the lane's number; where the warp or the tile
  /// has less, the last one.
  private let pixel: BlockPixel
  private let isInTile: Value<Predicate>

  init(_ k: KernelBuilder, _ a: KernelArguments<BlockArguments>, _ variant: BlockVariant) {
    precondition(variant.pixelsPerWarp <= 32, "a warp's lanes compute places of 32 pixels")
    self.k = k
    self.a = a
    self.variant = variant
    let (rest, tileColumn) = a.tilesAlongColumns.divide(k.blockIndex.y)
    let (tileGroup, tileRow) = a.tilesAlongRows.divide(rest)
    tile = BlockPixel(
      group: tileGroup * a.tileGroups, row: tileRow * a.tileRows,
      column: tileColumn * a.tileColumns.divisor)
    root = k.warpIndex / Value(variant.pixelWarps)

    let firstPixel = k.warpIndex % Value(variant.pixelWarps) * Value(variant.pixelsPerWarp)
    let wanted = firstPixel + min(k.laneIndex, Value(variant.pixelsPerWarp - 1))
    isInTile = wanted < a.tilePixels
    let (group, ofGroup) = a.tilePlane.divide(min(wanted, a.tilePixels - 1))
    let (row, column) = a.tileColumns.divide(ofGroup)
    pixel = BlockPixel(group: group, row: row, column: column)
  }

  /// The first position of the warp's root group in the rows of all row blocks.
  var firstPosition: Value<U32> {
    (k.blockIndex.x * Value(variant.rootsPerBlock) + root) * Value(variant.rootRows)
  }

  /// The output pixel of the lane's pixel; beyond the output, its last one in that direction.
  var output: (pixel: BlockPixel, exists: Value<Predicate>) {
    let group = tile.group + pixel.group
    let row = tile.row + pixel.row
    let column = tile.column + pixel.column
    let isInside = group < a.imageGroups && row < a.outputHeight && column < a.outputWidth
    let nearest = BlockPixel(
      group: min(group, a.imageGroups - 1), row: min(row, a.outputHeight - 1),
      column: min(column, a.outputWidth - 1))
    return (nearest, isInTile && isInside)
  }

  /// Bytes from what the tile's first pixel reads of a plane to what the lane's pixel reads.
  var stageOffset: Value<U32> {
    let row = multiplyAdd(pixel.group, a.haloRows, pixel.row * a.pixelStepRows)
    let vector = multiplyAdd(row, a.haloColumns.divisor, pixel.column * a.pixelStepColumns)
    return vector * Value(variant.precision.vectorByteCount)
  }
}
