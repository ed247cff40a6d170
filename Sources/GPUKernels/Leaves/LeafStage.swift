/// How the input of a tile lies in a stage of shared memory, in vectors of 32 bytes: 8 images of a pixel.
///
/// With strides (u, v), tap (y, x) of output pixel (p, q) is input pixel (p·u + y, q·v + x). Of each channel
/// the rows with equal (row − least y) mod u lie together, as do the columns of a row, so that the
/// pixels of a tile are neighbours for every tap:
///
///     plane of a channel  [tileGroups][rowPhases][phaseRows][columnPhases][phaseColumns]
///     tap's place          ((dy mod u)·phaseRows + dy / u)·pitch + (dx mod v)·phaseColumns + dx / v
///     pixel's place        g·groupPitch + p·pitch + q
///
/// where dy and dx count from the least y and x of all taps. Phases that no tap has are not staged: of
/// 1×1 windows only the pixels that are read. A stage has the planes of a chunk's channels, then its
/// packet.
///
/// Eight lanes read four pixels at a time, which are free of bank conflicts where their places differ modulo
/// 4. The pitches are such that this holds across the ends of a tile's rows and planes.
package struct LeafStage: Hashable, Sendable {
  package let window: TapWindow
  package let stride: Spatial
  package let rowPhases: Int
  package let phaseRows: Int
  package let columnPhases: Int
  package let phaseColumns: Int
  /// Vectors from a row to the next.
  package let pitch: Int
  /// Vectors from a group of images to the next.
  package let groupPitch: Int
  /// Vectors of a channel.
  package let planeVectors: Int
  /// Where the packet begins, in bytes.
  package let packetOffset: Int
  package let byteCount: Int

  package static let vectorByteCount = 32

  /// - Precondition: the window's extents and the tile fit in memory.
  package init(_ problem: BlockProblem, window: TapWindow, _ tiling: LeafTiling) {
    let (u, v) = (problem.stride.vertical, problem.stride.horizontal)
    self.window = window
    stride = problem.stride
    rowPhases = min(u, window.y.count)
    phaseRows = tiling.tileRows + (window.y.count - 1) / u
    columnPhases = min(v, window.x.count)
    phaseColumns = tiling.tileColumns + (window.x.count - 1) / v
    pitch = Self.pitch(
      atLeast: columnPhases * phaseColumns, forRunsOf: tiling.tileColumns,
      count: tiling.tileRows)
    groupPitch = Self.pitch(
      atLeast: rowPhases * phaseRows * pitch, forRunsOf: tiling.tileRows * tiling.tileColumns,
      count: tiling.tileGroups)
    planeVectors = tiling.tileGroups * groupPitch
    packetOffset =
      (tiling.channelsPerChunk * planeVectors * Self.vectorByteCount).roundedUp(to: 128)
    byteCount = packetOffset + tiling.packetByteCount
  }

  /// The least pitch at which four pixels in a row differ modulo 4 where the row ends between them.
  private static func pitch(atLeast least: Int, forRunsOf run: Int, count: Int) -> Int {
    guard count > 1, run % 4 != 0 else { return least }
    return least + (run % 4 - least % 4 + 4) % 4
  }

  /// Bytes from the start of a channel's plane to a tap of the tile's first pixel.
  package func tapOffset(y: Int, x: Int) -> Int {
    let (dy, dx) = (y - window.y.lowerBound, x - window.x.lowerBound)
    let row = dy % stride.vertical * phaseRows + dy / stride.vertical
    let column = dx % stride.horizontal * phaseColumns + dx / stride.horizontal
    return (row * pitch + column) * Self.vectorByteCount
  }

  /// Bytes from a tap of the tile's first pixel to that of another one.
  package func pixelOffset(group: Int, row: Int, column: Int) -> Int {
    (group * groupPitch + row * pitch + column) * Self.vectorByteCount
  }

  /// Bytes of the table of a plane's input pixels, which blocks make for themselves.
  var positionsByteCount: Int { (2 * planeVectors * 4).roundedUp(to: 128) }

  /// All shared memory of a block.
  package func sharedByteCount(stages: Int) -> Int { positionsByteCount + stages * byteCount }
}
