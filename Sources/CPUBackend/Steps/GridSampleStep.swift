internal import Graphs
internal import Tensors

/// Images read at the positions of a grid. A part is a block of positions of one image: what each
/// position blends is found once and used for all channels.
///
/// Work per position with T taps, tapsPerAxis to the power of the axes: 2 · T · C operations and as
/// many scattered reads.
struct GridSampleStep: Step {
  static let maximumAxes = 3
  private static let pointsPerPart = 256

  private let op: GridSample
  private let input: FloatSource
  private let grid: FloatSource
  private let target: Int
  private let images: Int
  private let channels: Int
  private let axisCount: Int
  private var extents = InlineArray<3, Int>(repeating: 1)
  private let planeSize: Int
  private let points: Int
  private let tapCount: Int

  /// - Precondition: at most ``maximumAxes`` spatial axes.
  /// - Throws: `unsupported` for planes beyond 2^31 pixels.
  init(
    _ op: GridSample, input: FloatSource, shape: Shape, grid: FloatSource, target: Int,
    shape output: Shape
  ) throws(HewnError) {
    self.op = op
    self.input = input
    self.grid = grid
    self.target = target
    images = output[0]
    channels = output[1]
    axisCount = shape.rank - 2
    for axis in 0..<axisCount { extents[axis] = shape[axis + 2] }
    planeSize = shape.dimensions[2...].reduce(1, *)
    points = output.elementCount == 0 ? 0 : output.dimensions[2...].reduce(1, *)
    tapCount = (0..<axisCount).reduce(1) { count, _ in count * op.tapsPerAxis }
    guard planeSize <= Int(Int32.max) else {
      throw HewnError(.unsupported, "planes of \(planeSize) pixels; the limit is 2^31 - 1")
    }
  }

  private var partsPerImage: Int { (points + Self.pointsPerPart - 1) / Self.pointsPerPart }
  var partCount: Int { images * partsPerImage }
  var scratchFloatCount: Int { 2 * tapCount * Self.pointsPerPart }

  func run(part: Int, in memory: StepMemory) {
    let image = part / partsPerImage
    let first = part % partsPerImage * Self.pointsPerPart
    let count = min(Self.pointsPerPart, points - first)
    let positions = grid.pointer(in: memory) + (image * points + first) * axisCount
    // Places are kept as bits beside their weights.
    let weights = memory.scratch
    let places = memory.scratch + tapCount * Self.pointsPerPart
    for point in 0..<count {
      findTaps(
        of: positions + point * axisCount, weights: weights + point * tapCount,
        places: places + point * tapCount)
    }
    let x = input.pointer(in: memory) + image * channels * planeSize
    let y = memory.arena + target + image * channels * points + first
    for channel in 0..<channels {
      let plane = x + channel * planeSize
      let row = y + channel * points
      for point in 0..<count {
        var sum: Float = 0
        for tap in point &* tapCount..<(point &+ 1) &* tapCount {
          sum += weights[tap] * plane[Int(places[tap].bitPattern)]
        }
        row[point] = sum
      }
    }
  }

  /// Writes the taps of one position; the rest of `tapCount` have the weight 0.
  private func findTaps(
    of position: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>,
    places: UnsafeMutablePointer<Float>
  ) {
    var (allPlaces, allWeights) = (
      InlineArray<64, Int>(repeating: 0), InlineArray<64, Double>(repeating: 0)
    )
    allWeights[0] = 1
    var count = 1
    for axis in 0..<axisCount {
      var (axisPlaces, axisWeights) = (
        InlineArray<4, Int>(repeating: 0), InlineArray<4, Double>(repeating: 0)
      )
      var own = 0
      // The grid names the last axis first.
      op.forEachTap(at: position[axisCount - 1 - axis], extent: extents[axis]) { place, weight in
        axisPlaces[own] = place
        axisWeights[own] = weight
        own += 1
      }
      // From the last on, as combinations overwrite the taps that they extend.
      for index in (0..<count).reversed() {
        let (place, weight) = (allPlaces[index] * extents[axis], allWeights[index])
        for tap in (0..<own).reversed() {
          allPlaces[index * own + tap] = place + axisPlaces[tap]
          allWeights[index * own + tap] = weight * axisWeights[tap]
        }
      }
      count *= own
    }
    for tap in 0..<tapCount {
      weights[tap] = tap < count ? Float(allWeights[tap]) : 0
      places[tap] = Float(bitPattern: tap < count ? UInt32(allPlaces[tap]) : 0)
    }
  }
}
