package import Tensors

/// Where the elements of a [N, C, H, W] tensor of f32 lie, as planes with zero cells between rows and planes:
/// element (n, c, y, x) is cell n · imageStride + origin + c · channelStride + y · rowPitch + x.
///
/// The cells that belong to an image are `headCells` before its first plane, and its planes of `channelStride`
/// cells; all that are no elements are zero.
package struct PlanesGeometry: Hashable, Sendable {
  package let images: Int
  package let channels: Int
  package let height: Int
  package let width: Int
  package let rowPitch: Int
  package let channelStride: Int
  package let imageStride: Int
  /// Cells from the start of an image to its first element.
  package let origin: Int
  package let headCells: Int

  /// - Throws: `invalidArgument` where there are no elements, cells overlap, or the tensor has more than
  ///   2³¹ − 2¹⁰ cells or 524280 images.
  package init(
    images: Int, channels: Int, height: Int, width: Int, rowPitch: Int, channelStride: Int,
    imageStride: Int, origin: Int, headCells: Int
  ) throws(HewnError) {
    _ = try KernelSize.count([images, channels, height, width])
    _ = try KernelSize.count([images, imageStride])
    // Batches are padded to 8 in the other layout.
    _ = try KernelSize.count([(images + 7) / 8, 8, channels, height, width])
    try KernelSize.checkGroups(images.dividedRoundingUp(by: 8))
    guard rowPitch >= width, (height - 1) * rowPitch + width <= channelStride,
      (0...origin).contains(headCells), origin + channels * channelStride <= imageStride
    else {
      throw HewnError(
        .invalidArgument,
        "planes of \(height)×\(width) do not fit a pitch of \(rowPitch), channels \(channelStride) "
          + "apart and images of \(imageStride) cells from \(origin) on")
    }
    self.images = images
    self.channels = channels
    self.height = height
    self.width = width
    self.rowPitch = rowPitch
    self.channelStride = channelStride
    self.imageStride = imageStride
    self.origin = origin
    self.headCells = headCells
  }

  /// Plain [N, C, H, W], in which every cell is an element; [N, C] has height and width 1.
  package init(
    images: Int, channels: Int, height: Int, width: Int
  ) throws(HewnError) {
    let plane = try KernelSize.count([height, width])
    try self.init(
      images: images, channels: channels, height: height, width: width, rowPitch: width,
      channelStride: plane, imageStride: try KernelSize.count([channels, plane]), origin: 0,
      headCells: 0)
  }

  /// Whether an image's elements are one run.
  var isDense: Bool { rowPitch == width && channelStride == height * width }

  /// Elements of an image.
  var elementCount: Int { channels * height * width }
  /// Groups of 8 images.
  var groupCount: Int { images.dividedRoundingUp(by: 8) }
}

/// A way from one layout to the other.
package enum LayoutDirection: Hashable, Sendable {
  /// From planes of f32 to [⌈N/8⌉][C][H][W][8], rounding to nearest even; missing images are zero.
  case planesToLanes
  /// From [⌈N/8⌉][C][H][W][8] to planes of f32, their zero cells included.
  case lanesToPlanes
}
