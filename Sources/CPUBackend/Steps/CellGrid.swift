internal import Tensors

/// A tensor as cells of one or more lanes, its planes split into phases or not, in either layout.
struct CellGrid: Sendable {
  let images: Int
  let channels: Int
  let height: Int
  let width: Int
  let lanes: Int
  let verticalPhases: Int
  let horizontalPhases: Int
  /// Cells from one group of `lanes` images, one plane and one row to the next.
  let groupStride: Int
  let planeStride: Int
  let pitch: Int
  /// Cells from the tensor's start to the first cell of the interior.
  let origin: Int
  let planes: PlanesLayout?
  /// The tensor as rows, where it has one lane and one phase.
  let rows: PlaneGrid?

  init(_ buffer: Buffer) {
    switch buffer.layout {
    case .plain:
      let grid = PlaneGrid(rowMajor: buffer.shape)
      (images, channels, height, width) = (grid.images, grid.channels, grid.height, grid.width)
      (lanes, verticalPhases, horizontalPhases, origin) = (1, 1, 1, 0)
      (groupStride, planeStride, pitch) = (grid.imageStride, grid.channelStride, grid.pitch)
      planes = nil
      rows = grid
    case .planes(let layout):
      (images, channels) = (layout.images, layout.channels)
      (height, width) = (layout.height, layout.width)
      (verticalPhases, horizontalPhases) = (layout.verticalPhases, layout.horizontalPhases)
      (lanes, origin) = (layout.lanes, layout.origin)
      (groupStride, planeStride) = (layout.imageStride, layout.channelStride)
      pitch = layout.pitch
      planes = layout
      rows = layout.lanes == 1 && !layout.isSplit ? PlaneGrid(layout) : nil
    }
  }

  var extents: [Int] { [images, channels, height, width] }
  var groups: Int { (images + lanes - 1) / lanes }
  var phaseCount: Int { verticalPhases * horizontalPhases }
  var planeHeight: Int { (height + verticalPhases - 1) / verticalPhases }

  /// Cells of a row in a horizontal phase.
  func rowWidth(phase: Int) -> Int { (width - phase + horizontalPhases - 1) / horizontalPhases }

  /// Floats from the tensor's start to the first cell of row `y` in a horizontal phase.
  @inline(__always)
  func offset(group: Int, channel: Int, y: Int, phase: Int) -> Int {
    let plane =
      channel * phaseCount + y % verticalPhases * horizontalPhases + phase
    return (group * groupStride + origin + plane * planeStride + y / verticalPhases * pitch)
      * lanes
  }
}
