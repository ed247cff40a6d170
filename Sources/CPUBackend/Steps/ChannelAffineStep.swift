internal import Tensors

/// y = scale[c] · x + shift[c] for every element of channel c. x and y have one shape.
struct ChannelAffineStep: Step {
  private let scale: AlignedArray<Float>
  private let shift: AlignedArray<Float>
  private let input: GridSource
  private let output: GridTarget
  private let parts: WorkParts

  /// - Throws: `outOfMemory`.
  init(
    scale: [Float], shift: [Float], input: GridSource, output: GridTarget
  ) throws(HewnError) {
    self.scale = try AlignedArray(scale)
    self.shift = try AlignedArray(shift)
    self.input = input
    self.output = output
    let grid = output.grid
    parts = WorkParts(
      planes: grid.planeCount, images: grid.images, rows: grid.height, columns: grid.width)
  }

  var partCount: Int { parts.count }

  func run(part: Int, in memory: StepMemory) {
    let x = input.floats.pointer(in: memory)
    let y = output.pointer(in: memory)
    parts.forEachTile(of: part) { tile in
      let channel = output.grid.imageAndChannel(ofPlane: tile.plane).channel
      let (scale, shift) = (scale.pointer[channel], shift.pointer[channel])
      let from = x + input.grid.offset(of: tile)
      let to = y + output.grid.offset(of: tile)
      for row in 0..<tile.rows.count {
        mapVectors(
          from + row * input.grid.pitch, to + row * output.grid.pitch, count: tile.columns.count
        ) { $0 * scale + shift }
      }
      output.grid.zeroBorder(of: tile, at: y)
    }
  }
}
