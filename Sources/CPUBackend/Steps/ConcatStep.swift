internal import Tensors

/// Joins the channels of tensors that lie in planes or row-major.
struct ConcatChannelsStep: Step {
  /// One input, and the channel of the output that its first becomes.
  private let inputs: [GridSource]
  private let firstChannels: AlignedArray<Int>
  private let output: GridTarget
  private let parts: WorkParts

  /// - Throws: `outOfMemory`.
  init(_ inputs: [GridSource], output: GridTarget) throws(HewnError) {
    self.inputs = inputs
    self.output = output
    var first = 0
    var firsts: [Int] = []
    for input in inputs {
      firsts.append(first)
      first += input.grid.channels
    }
    firstChannels = try AlignedArray(firsts)
    let grid = output.grid
    parts = WorkParts(
      planes: grid.planeCount, images: grid.images, rows: grid.height, columns: grid.width)
  }

  var partCount: Int { parts.count }

  func run(part: Int, in memory: StepMemory) {
    let y = output.pointer(in: memory)
    parts.forEachTile(of: part) { tile in
      let (image, channel) = output.grid.imageAndChannel(ofPlane: tile.plane)
      var index = inputs.count - 1
      while firstChannels.pointer[index] > channel { index -= 1 }
      let grid = inputs[index].grid
      var from = tile
      from.plane = image * grid.channels + channel - firstChannels.pointer[index]
      output.grid.copy(
        tile, from: inputs[index].floats.pointer(in: memory) + grid.offset(of: from),
        pitch: grid.pitch, to: y)
    }
  }
}

extension PlaneGrid {
  /// Copies a tile's rows, `pitch` floats apart in `x`, and zeroes its border.
  @inline(__always)
  func copy(
    _ tile: Tile, from x: UnsafePointer<Float>, pitch xPitch: Int,
    to base: UnsafeMutablePointer<Float>
  ) {
    let to = base + offset(of: tile)
    if xPitch == pitch {
      let count = (tile.rows.count - 1) * pitch + tile.columns.count
      to.update(from: x, count: count)
      zeroBorder(of: tile, at: base, firstGap: tile.rows.upperBound - 1)
    } else {
      for row in 0..<tile.rows.count {
        (to + row * pitch).update(from: x + row * xPitch, count: tile.columns.count)
      }
      zeroBorder(of: tile, at: base)
    }
  }
}
