internal import Tensors

/// y = (x − mean) / √(variance + epsilon) · scale[c] + shift[c], with the statistics of some planes
/// together: a channel's, a group of channels', or a channel's of all images.
///
/// Three passes over the planes, which stay in the cache where they are small: mean, variance,
/// result.
struct NormalizePlanesStep: Step {
  /// The planes, counted image by image, whose statistics are taken together.
  struct Runs: Sendable {
    /// The number of runs.
    var count: Int
    /// The planes of a run, and what its plane numbers grow by.
    var planes: Int
    var stride: Int

    /// The first plane of a run.
    func first(_ run: Int) -> Int { stride == 1 ? run * planes : run }
  }

  /// What divides by the deviation.
  enum Divisor: Sendable {
    /// √(variance + epsilon)
    case root(epsilon: Float)
    /// √variance + epsilon
    case deviation(epsilon: Float)

    func callAsFunction(_ variance: Double) -> Double {
      switch self {
      case .root(let epsilon): (variance + Double(epsilon)).squareRoot()
      case .deviation(let epsilon): variance.squareRoot() + Double(epsilon)
      }
    }
  }

  private let runs: Runs
  private let divisor: Divisor
  /// One for each channel.
  private let scale: AlignedArray<Float>
  private let shift: AlignedArray<Float>
  private let input: GridSource
  private let output: GridTarget
  private let parts: WorkParts

  /// - Throws: `outOfMemory`.
  init(
    _ runs: Runs, _ divisor: Divisor, scale: [Float], shift: [Float], input: GridSource,
    output: GridTarget
  ) throws(HewnError) {
    self.runs = runs
    self.divisor = divisor
    self.scale = try AlignedArray(scale)
    self.shift = try AlignedArray(shift)
    self.input = input
    self.output = output
    let size = output.grid.height * output.grid.width
    parts = WorkParts(planes: 1, rows: runs.count, columns: 1, cost: 4 * runs.planes * size)
  }

  var partCount: Int { output.grid.height * output.grid.width == 0 ? 0 : parts.count }
  var scratchFloatCount: Int { Reduction.scratchFloatCount }

  func run(part: Int, in memory: StepMemory) {
    let x = input.floats.pointer(in: memory)
    let y = output.pointer(in: memory)
    parts.forEachTile(of: part) { tile in
      for run in tile.rows { normalize(run, x, y, scratch: memory.scratch) }
    }
  }

  private func normalize(
    _ run: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (output.grid.height, output.grid.width)
    let size = Double(runs.planes * height * width)
    let mean = Float(sum(run, x) { Reduction.sum($0, width) } / size)
    let variance =
      sum(run, x) { row in
        Reduction.sum(row, width, scratch: scratch) { ($0 - mean) * ($0 - mean) }
      } / size
    let factor = Float(1 / divisor(variance))
    for index in 0..<runs.planes {
      let plane = runs.first(run) + index * runs.stride
      let channel = output.grid.imageAndChannel(ofPlane: plane).channel
      let (scale, shift) = (scale.pointer[channel] * factor, shift.pointer[channel])
      let from = x + input.grid.offset(ofPlane: plane)
      let to = y + output.grid.offset(ofPlane: plane)
      for row in 0..<height {
        mapVectors(from + row * input.grid.pitch, to + row * output.grid.pitch, count: width) {
          ($0 - mean) * scale + shift
        }
      }
      output.grid.zeroBorder(of: Tile(plane: plane, rows: 0..<height, columns: 0..<width), at: y)
    }
  }

  /// The sum over all rows of a run, in double precision.
  @inline(__always)
  private func sum(
    _ run: Int, _ x: UnsafePointer<Float>, _ sumOfRow: (UnsafePointer<Float>) -> Float
  ) -> Double {
    var total = 0.0
    for index in 0..<runs.planes {
      let plane = x + input.grid.offset(ofPlane: runs.first(run) + index * runs.stride)
      for row in 0..<output.grid.height {
        total += Double(sumOfRow(plane + row * input.grid.pitch))
      }
    }
    return total
  }
}
