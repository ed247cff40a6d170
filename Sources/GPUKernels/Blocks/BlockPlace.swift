internal import KernelIR

/// A pixel of a group of 8 images.
struct BlockPixel {
  var group: Value<U32>
  var row: Value<U32>
  var column: Value<U32>
}

/// Which part of a convolution a warp computes: the tile and the row block of its block, its root group and its
/// run of the tile's pixels.
struct BlockPlace {
  let k: KernelBuilder
  let a: KernelArguments<BlockArguments>
  private let variant: BlockVariant
  /// The tile's first output pixel.
  let tile: BlockPixel
  /// The warp's root group in the row block.
  let root: Value<U32>
  /// The warp's first pixel in the tile, or the warpgroup's.
  private let firstPixel: Value<U32>
  /// The warp's pixel that the lane computes places for, so that others ask it; lanes beyond have the last one.
  let pixelOfLane: Value<U32>

  init(_ k: KernelBuilder, _ a: KernelArguments<BlockArguments>, _ variant: BlockVariant) {
    self.k = k
    self.a = a
    self.variant = variant
    let (rest, column) = a.tilesAlongColumns.divide(k.blockIndex.y)
    let (group, row) = a.tilesAlongRows.divide(rest)
    tile = BlockPixel(
      group: group * a.tileGroups, row: row * a.tileRows, column: column * a.tileColumns.divisor)
    let part = k.warpIndex / Value(variant.warpsPerPart)
    root = part / Value(variant.pixelWarps)
    firstPixel = part % Value(variant.pixelWarps) * Value(variant.pixelsPerWarp)
    pixelOfLane = min(k.laneIndex, Value(variant.pixelsPerWarp - 1))
  }

  /// The first position of the warp's root group in the rows of all row blocks.
  var firstPosition: Value<U32> {
    (k.blockIndex.x * Value(variant.rootsPerBlock) + root) * Value(variant.rootRows)
  }

  /// Pixel `index` of the warp, within the tile; where the tile has less, its last one.
  func pixel(_ index: Value<U32>) -> (place: BlockPixel, exists: Value<Predicate>) {
    let wanted = firstPixel + index
    let number = min(wanted, a.tilePixels - 1)
    let (group, rest) = a.tilePlane.divide(number)
    let (row, column) = a.tileColumns.divide(rest)
    return (BlockPixel(group: group, row: row, column: column), wanted < a.tilePixels)
  }

  /// The output pixel of the warp's pixel `index`; beyond the output, its last one in that direction.
  func output(_ index: Value<U32>) -> (place: BlockPixel, exists: Value<Predicate>) {
    let (pixel, isInTile) = pixel(index)
    let group = tile.group + pixel.group
    let row = tile.row + pixel.row
    let column = tile.column + pixel.column
    let isInside = group < a.imageGroups && row < a.outputHeight && column < a.outputWidth
    let place = BlockPixel(
      group: min(group, a.imageGroups - 1), row: min(row, a.outputHeight - 1),
      column: min(column, a.outputWidth - 1))
    return (place, isInTile && isInside)
  }

  /// Bytes from what the tile's first pixel reads of a plane to what the warp's pixel `index` reads.
  func stageOffset(_ index: Value<U32>) -> Value<U32> {
    let pixel = pixel(index).place
    let row = multiplyAdd(pixel.group, a.haloRows, pixel.row * a.pixelStepRows)
    let vector = multiplyAdd(row, a.haloColumns.divisor, pixel.column * a.pixelStepColumns)
    return vector * Value(variant.precision.vectorByteCount)
  }
}
