internal import Tensors

/// A [N, C, H, W] tensor as steps walk it: rows of W floats at regular distances, in either layout.
///
/// A planes layout with several images in a cell is seen as groups of images with rows of W · lanes floats,
/// which serves what treats all floats of a channel alike.
struct PlaneGrid: Sendable {
  let images: Int
  let channels: Int
  let height: Int
  let width: Int
  /// Floats from one image, channel and row to the next.
  let imageStride: Int
  let channelStride: Int
  let pitch: Int
  /// Floats from the tensor's start to element (0, 0, 0, 0).
  let origin: Int
  /// The layout whose zero cells a writer keeps; `nil` for row-major tensors.
  let planes: PlanesLayout?

  /// A row-major tensor.
  init(images: Int, channels: Int, height: Int, width: Int) {
    self.images = images
    self.channels = channels
    self.height = height
    self.width = width
    imageStride = channels * height * width
    channelStride = height * width
    pitch = width
    origin = 0
    planes = nil
  }

  /// - Precondition: one phase.
  init(_ planes: PlanesLayout) {
    precondition(!planes.isSplit, "planes with phases")
    let lanes = planes.lanes
    images = planes.imageGroups
    channels = planes.channels
    height = planes.height
    width = planes.width * lanes
    imageStride = planes.imageStride * lanes
    channelStride = planes.channelStride * lanes
    pitch = planes.pitch * lanes
    origin = planes.origin * lanes
    self.planes = planes
  }

  /// A row-major tensor of any rank: the last two of at least three axes are rows and columns, the
  /// first two images and channels.
  init(rowMajor shape: Shape) {
    let d = shape.dimensions
    switch shape.rank {
    case 0: self.init(images: 1, channels: 1, height: 1, width: 1)
    case 1: self.init(images: 1, channels: 1, height: 1, width: d[0])
    case 2: self.init(images: d[0], channels: d[1], height: 1, width: 1)
    case 3: self.init(images: d[0], channels: d[1], height: 1, width: d[2])
    case 4: self.init(images: d[0], channels: d[1], height: d[2], width: d[3])
    default:
      self.init(
        images: d[0], channels: d[1], height: d[2..<d.count - 1].reduce(1, *),
        width: d[d.count - 1])
    }
  }

  init(_ buffer: Buffer) {
    switch buffer.layout {
    case .plain: self.init(rowMajor: buffer.shape)
    case .planes(let planes): self.init(planes)
    }
  }

  var planeCount: Int { images * channels }

  /// Images whose same pixel lies together, as one element of `lanes` floats.
  var lanes: Int { planes?.lanes ?? 1 }

  /// Row-major elements as one long row; planes as they are.
  var flattened: PlaneGrid {
    guard planes == nil else { return self }
    return PlaneGrid(
      images: 1, channels: 1, height: 1, width: images * channels * height * width)
  }

  /// The image and the channel of a plane, planes counted image by image.
  @inline(__always)
  func imageAndChannel(ofPlane plane: Int) -> (image: Int, channel: Int) {
    // Most tensors have one image, and divisions are slow beside what small planes cost.
    images == 1 ? (0, plane) : plane.quotientAndRemainder(dividingBy: channels)
  }

  /// Floats from the tensor's start to the first element of a plane.
  @inline(__always)
  func offset(ofPlane plane: Int) -> Int {
    let (image, channel) = imageAndChannel(ofPlane: plane)
    return origin + image * imageStride + channel * channelStride
  }

  /// Floats from the tensor's start to the first element of a tile.
  @inline(__always)
  func offset(of tile: Tile) -> Int {
    offset(ofPlane: tile.plane) + tile.rows.lowerBound * pitch + tile.columns.lowerBound
  }

  /// Zeroes the cells around a tile: the gaps after its rows, with the first row of an image what
  /// comes before it, with the last row of a plane what comes after it.
  ///
  /// Does nothing for row-major tensors. All tiles together zero every cell outside the interior.
  ///
  /// - Parameter firstGap: the first row whose gap is not zero yet; by default the tile's first.
  @inline(__always)
  func zeroBorder(
    of tile: Tile, at base: UnsafeMutablePointer<Float>, firstGap: Int? = nil
  ) {
    guard let planes, tile.columns.upperBound == width else { return }
    let (image, channel) = imageAndChannel(ofPlane: tile.plane)
    let start = base + offset(ofPlane: tile.plane)
    for y in (firstGap ?? tile.rows.lowerBound)..<tile.rows.upperBound {
      start.zero(at: y * pitch + width, count: pitch - width)
    }
    let firstImage = image * planes.lanes
    if tile.rows.lowerBound == 0 && channel == 0 { planes.zeroHead(of: firstImage, at: base) }
    if tile.rows.upperBound == height {
      planes.zeroTail(ofPlane: channel, image: firstImage, at: base)
    }
  }
}
