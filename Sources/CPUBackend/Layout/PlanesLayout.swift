internal import Tensors

/// How a [N, C, H, W] tensor lies in memory: planes of H rows with a zero halo.
///
/// A plane is H rows, `pitch` cells apart, of W interior cells each. All other cells are zero:
/// the `pitch − W` cells between rows serve as right halo of one row and left halo of the next,
/// and the cells between planes as bottom halo of one plane and top halo of the next. A
/// convolution tap is therefore one offset, added to the address of an output position, and inner
/// loops run flat over rows without boundary tests.
///
/// Kernels may write whole vectors: a flat run over a plane's rows, rounded up to the alignment, and
/// a rounded-up run from the start of any row stay inside the plane.
///
///     image:  | head | plane 0 | plane 1 | … |        head = zero cells before the first interior cell
///     plane:  | H · pitch cells, rounded up | zero cells |      = channelStride cells
///
/// With `phases` (p, q) each channel is p · q planes; plane (i, j) holds the cells (y, x) with
/// y mod p = i and x mod q = j, so that a consumer with stride (p, q) reads unit strides.
///
/// With `lanes` above 1 a cell is the same pixel of so many images, one vector of the kernels; the batch
/// is padded to a multiple of them. Vectors are then never partial: runs go row by row, and the room for
/// whole vectors is not needed.
///
/// Whoever writes a tensor in this layout writes the zero cells too: memory is reused.
package struct PlanesLayout: Hashable, Sendable {
  /// Zero cells that consumers read around each plane.
  package struct Halo: Hashable, Sendable {
    package var top = 0
    package var left = 0
    package var bottom = 0
    package var right = 0

    package init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
      self.top = top
      self.left = left
      self.bottom = bottom
      self.right = right
    }

    /// The halo that serves both.
    package func union(_ other: Halo) -> Halo {
      Halo(
        top: max(top, other.top), left: max(left, other.left), bottom: max(bottom, other.bottom),
        right: max(right, other.right))
    }
  }

  /// Floats of a cache line.
  private static let lineFloats = 16

  package let images: Int
  package private(set) var channels: Int
  package let height: Int
  package let width: Int
  package let halo: Halo
  /// Cells from one row of a plane to the next.
  package let pitch: Int
  package let verticalPhases: Int
  package let horizontalPhases: Int
  /// Images in one cell.
  package let lanes: Int
  /// Cells from the start of an image to the first interior cell.
  package private(set) var origin: Int
  /// Zero cells before the first plane that belong to this tensor: all before it, unless its planes follow
  /// others.
  package private(set) var headCells: Int
  /// Cells from one plane to the next.
  package let channelStride: Int
  /// Cells from one image (or group of `lanes` images) to the next.
  package let imageStride: Int

  /// - Parameter pitch: at least ``minimumPitch(width:halo:phases:)``, which is the default.
  package init(
    images: Int, channels: Int, height: Int, width: Int, halo: Halo = Halo(), pitch: Int? = nil,
    phases: (vertical: Int, horizontal: Int) = (1, 1), lanes: Int = 1
  ) {
    self.images = images
    self.channels = channels
    self.height = height
    self.width = width
    self.halo = halo
    self.verticalPhases = phases.vertical
    self.horizontalPhases = phases.horizontal
    self.lanes = lanes
    let least = Self.minimumPitch(width: width, halo: halo, phases: phases.horizontal)
    self.pitch = pitch ?? least
    precondition(self.pitch >= least, "pitch \(self.pitch) below \(least)")
    let planeHeight = (height + phases.vertical - 1) / phases.vertical
    let before = halo.top * self.pitch + halo.left
    let after = halo.bottom * self.pitch + halo.right
    let line = Self.lineCells(lanes: lanes)
    origin = before.roundedUp(to: line)
    headCells = origin
    // Room for a flat run over the rows, and for whole vectors from the start of the last row.
    let planeWidth = (width + phases.horizontal - 1) / phases.horizontal
    let span = max(
      planeHeight * self.pitch,
      (planeHeight - 1) * self.pitch + planeWidth.roundedUp(to: line)
    ).roundedUp(to: line)
    // An odd number of cache lines spreads the planes over all sets of the first-level cache.
    let lines = (span + max(before, after) + line - 1) / line
    channelStride = (lines | 1) * line
    imageStride = origin + channels * phases.vertical * phases.horizontal * channelStride
  }

  /// The layout of some channels of this tensor where they lie.
  package func part(channels part: Range<Int>) -> PlanesLayout {
    precondition(part.upperBound <= channels, "channels \(part) of \(channels)")
    var layout = self
    layout.channels = part.count
    layout.origin += part.lowerBound * phaseCount * channelStride
    if part.lowerBound > 0 { layout.headCells = 0 }
    return layout
  }

  /// The smallest pitch whose gap between rows serves the left and the right halo.
  package static func minimumPitch(width: Int, halo: Halo, phases: Int = 1) -> Int {
    (width + phases - 1) / phases + max(halo.left, halo.right)
  }

  /// Interior starts and strides are multiples of so many cells: a cache line, or one cell.
  private static func lineCells(lanes: Int) -> Int { max(1, lineFloats / lanes) }

  /// Rows of one plane.
  package var planeHeight: Int { (height + verticalPhases - 1) / verticalPhases }
  /// Interior cells of one row of a plane; the last phases may use one less.
  package var planeWidth: Int { (width + horizontalPhases - 1) / horizontalPhases }
  package var phaseCount: Int { verticalPhases * horizontalPhases }
  /// Planes of one image.
  package var planeCount: Int { channels * phaseCount }
  /// Cells of a flat run over a plane's rows, rounded up to the alignment.
  package var span: Int {
    (planeHeight * pitch).roundedUp(to: Self.lineCells(lanes: lanes))
  }
  /// Images, or groups of `lanes` images.
  package var imageGroups: Int { (images + lanes - 1) / lanes }
  /// Floats of the whole tensor, and of that which it is a part of.
  package var floatCount: Int { imageGroups * imageStride * lanes }
  package var isSplit: Bool { phaseCount > 1 }
  /// Floats after the tensor that steps may read: flat runs over a plane read the gap behind its last
  /// row too, shifted by up to a row.
  package var readableSlack: Int { pitch + 256 }

  /// Floats from the tensor's start to pixel (y, x) of a channel of an image.
  package func offset(image: Int, channel: Int, y: Int, x: Int) -> Int {
    let phase = (y % verticalPhases) * horizontalPhases + x % horizontalPhases
    let plane = channel * phaseCount + phase
    let cell =
      image / lanes * imageStride + origin + plane * channelStride
      + y / verticalPhases * pitch + x / horizontalPhases
    return cell * lanes + image % lanes
  }
}
