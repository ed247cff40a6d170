internal import Graphs
internal import Tensors

/// y = activation(a ∘ b) with NumPy broadcasting, on rows of either layout.
struct BinaryStep: Step {
  private let function: BinaryFunction
  private let activation: SplitActivation
  private let a: BroadcastSource
  private let b: BroadcastSource
  private let output: GridTarget
  private let parts: WorkParts
  /// Whether rows of a tile may run on through the gaps between them.
  private let isFlat: Bool

  /// - Parameter output: the grid that `a` and `b` were broadcast to.
  init(
    _ function: BinaryFunction, _ a: BroadcastSource, _ b: BroadcastSource, output: GridTarget,
    activation: Activation = .identity
  ) {
    self.function = function
    self.activation = SplitActivation(activation)
    self.a = a
    self.b = b
    self.output = output
    let grid = output.grid
    isFlat = a.runsOn(withPitch: grid.pitch) && b.runsOn(withPitch: grid.pitch)
    parts = WorkParts(
      planes: grid.planeCount, images: grid.images, rows: grid.height, columns: grid.width,
      cost: max(function == .power ? 16 : 1, activation.cost))
  }

  var partCount: Int { parts.count }

  func run(part: Int, in memory: StepMemory) {
    let (aBase, bBase) = (a.floats.pointer(in: memory), b.floats.pointer(in: memory))
    let y = output.pointer(in: memory)
    let pitch = output.grid.pitch
    parts.forEachTile(of: part) { tile in
      let aStart = aBase + a.offset(of: tile, in: output.grid)
      let bStart = bBase + b.offset(of: tile, in: output.grid)
      let to = y + output.grid.offset(of: tile)
      if isFlat {
        combine(aStart, bStart, to, count: (tile.rows.count - 1) * pitch + tile.columns.count)
      } else {
        for row in 0..<tile.rows.count {
          combine(
            aStart + row * a.pitch, bStart + row * b.pitch, to + row * pitch,
            count: tile.columns.count)
        }
      }
      output.grid.zeroBorder(of: tile, at: y)
    }
  }

  @inline(__always)
  private func combine(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    function.apply(
      (a, self.a.isSplat), (b, self.b.isSplat), to: y, count: count,
      within: (activation.lower, activation.upper))
    if let rest = activation.rest { apply(rest, to: y, count: count) }
  }
}

/// A tensor that is read in step with the rows of a larger one.
struct BroadcastSource: Sendable {
  let floats: FloatSource
  /// Floats from the tensor's start to its first element.
  let origin: Int
  /// Floats to the next image, channel and row of the result; 0 where the tensor is repeated.
  let imageStride: Int
  let channelStride: Int
  let pitch: Int
  /// Whether one element stands for a whole row.
  let isSplat: Bool
  /// Where each image starts; `nil` where `imageStride` says it.
  let imageOffsets: AlignedArray<Int>?

  init(
    floats: FloatSource, origin: Int = 0, imageStride: Int, channelStride: Int, pitch: Int,
    isSplat: Bool, imageOffsets: AlignedArray<Int>? = nil
  ) {
    self.floats = floats
    self.origin = origin
    self.imageStride = imageStride
    self.channelStride = channelStride
    self.pitch = pitch
    self.isSplat = isSplat
    self.imageOffsets = imageOffsets
  }

  /// - Precondition: each extent of `source` is that of `result` or 1.
  init(_ source: GridSource, to result: PlaneGrid) {
    let grid = source.grid
    self.init(
      floats: source.floats, origin: grid.origin,
      imageStride: grid.images == 1 ? 0 : grid.imageStride,
      channelStride: grid.channels == 1 ? 0 : grid.channelStride,
      pitch: grid.height == 1 ? 0 : grid.pitch,
      isSplat: grid.width == 1 && result.width > 1)
  }

  /// Whether rows may run on through gaps of a result with this pitch.
  func runsOn(withPitch pitch: Int) -> Bool { self.pitch == (isSplat ? 0 : pitch) }

  /// Floats from the tensor's start to what a tile of the result begins with.
  @inline(__always)
  func offset(of tile: Tile, in result: PlaneGrid) -> Int {
    let (image, channel) = result.imageAndChannel(ofPlane: tile.plane)
    let start = imageOffsets.map { $0.pointer[image] } ?? image * imageStride
    return origin + start + channel * channelStride + tile.rows.lowerBound * pitch
      + (isSplat ? 0 : tile.columns.lowerBound)
  }
}
