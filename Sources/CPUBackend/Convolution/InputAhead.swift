internal import CPUKernels
internal import Tensors

/// The inputs of the next tile that a program asks for while it computes a tile: in every plane the lines
/// that the taps of the lowest row read, which is what the tile does not share with those before.
///
/// The streams of a section share the planes among them, so that requests are spread over the work.
struct InputAhead: Sendable {
  /// The planes of each stream of the program.
  private let planes: AlignedArray<Planes>
  /// Floats from one plane to the next.
  private let planeStride: Int
  /// Floats from a tile's first cell to the first one asked for.
  private let offset: Int
  private let lineCount: Int

  struct Planes: BitwiseCopyable, Sendable {
    var first: Int32 = 0
    var count: Int32 = 0
  }

  /// Blocks that a stream has at least to ask for anything.
  private static let leastBlocks = 4

  init(
    _ problem: ConvolutionProblem, _ program: BlockProgram, _ grid: TileGrid
  ) throws(HewnError) {
    let input = problem.input
    planeStride = input.channelStride * input.lanes
    let taps = problem.branches.lazy.flatMap(\.taps)
    let lowest = taps.map(\.dy).max() ?? 0
    let (left, right) = (taps.map(\.dx).min() ?? 0, taps.map(\.dx).max() ?? 0)
    offset = (lowest * input.pitch + left) * input.lanes
    lineCount = (grid.tileFloats(problem) + (right - left) * input.lanes + 15) / 16
    var planes = [Planes](repeating: Planes(), count: program.streams.count)
    for index in 0..<program.sections.count {
      let section = program.sections.pointer[index]
      // Chunks ascend, and with them the planes.
      var covered = 0
      for stream in section.firstStream..<section.firstStream + section.streamCount {
        guard program.streams.pointer[stream].blockCount >= Self.leastBlocks,
          let end = Self.planeEnd(program, stream, planeStride), end > covered
        else { continue }
        planes[stream] = Planes(first: Int32(covered), count: Int32(end - covered))
        covered = end
      }
    }
    self.planes = try AlignedArray(planes)
  }

  /// What a stream asks for of a tile whose first cell in plane 0 is at `tile`.
  func ahead(ofStream index: Int, tile: UnsafePointer<Float>) -> BlockStream.Ahead? {
    let planes = planes.pointer[index]
    guard planes.count > 0 else { return nil }
    return BlockStream.Ahead(
      start: tile + offset + Int(planes.first) * planeStride, planeStride: planeStride,
      planeCount: Int(planes.count), lineCount: lineCount)
  }

  /// The plane behind the last one that a stream reads.
  private static func planeEnd(_ program: BlockProgram, _ index: Int, _ planeStride: Int) -> Int? {
    let first = program.streams.pointer[index].firstOffset
    let end =
      index + 1 < program.streams.count
      ? program.streams.pointer[index + 1].firstOffset : program.offsets.count
    var greatest: Int32?
    for offset in first..<end {
      greatest = max(greatest ?? .min, program.offsets.pointer[offset])
    }
    // Shifts are smaller than a plane, so that the nearest plane is the tap's.
    return greatest.map { max(0, Int($0) + planeStride / 2) / planeStride + 1 }
  }
}
