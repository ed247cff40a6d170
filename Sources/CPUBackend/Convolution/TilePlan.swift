package import Runtime

/// How a convolution is cut for the caches: pixel tiles, channel chunks and sections of rows.
///
/// A pure function of the problem and the vector width, so that results do not depend on the
/// number of threads; that only groups sections into parts.
package struct TilePlan: Hashable, Sendable {
  /// Vectors of output cells in a tile; the last tile may have fewer.
  package var tileVectors: Int
  package var tileCount: Int
  /// All vectors of a plane's flat run.
  package var vectorCount: Int
  /// Taps whose inputs are staged together: a multiple of the taps of one channel.
  package var tapsPerChunk: Int

  /// What the tiles are for.
  package enum Shape: Hashable, Sendable {
    /// One pass of the leaf kernel.
    case leaves
    /// A few passes of the widest blocks, over few enough cells for all channels to stay near.
    case blocks

    /// Most vectors of a tile.
    var maximumVectors: Int {
      switch self {
      case .leaves: 12
      case .blocks: 6
      }
    }
  }
  /// Input bytes of a tile that a chunk may touch, so that it stays in L1 beside the accumulators.
  package static let chunkByteBudget = 16 << 10
  /// Accumulator bytes of a section of a tile.
  package static let accumulatorByteBudget = 12 << 10

  package init(_ problem: ConvolutionProblem, lanes: Int, for shape: Shape) {
    let output = problem.output
    vectorCount = (output.planeHeight * output.pitch + lanes - 1) / lanes
    let count = (vectorCount + shape.maximumVectors - 1) / shape.maximumVectors
    var width = (vectorCount + count - 1) / count
    // Blocks of five and six rows have passes of two vectors.
    if shape == .blocks, width > 1 { width += width & 1 }
    tileVectors = width
    tileCount = (vectorCount + width - 1) / width

    // The branches of one problem have like tap lists: the footprint of the largest serves for all.
    let branch = problem.branches.max { $0.taps.count < $1.taps.count }
    let tapsPerChannel = max(1, branch?.tapsPerChannel ?? 1)
    let taps = branch?.taps ?? []
    let channelFloats = Self.touchedFloats(
      Array(taps.prefix(tapsPerChannel)), pitch: problem.input.pitch, tileCells: width * lanes)
    let channels = max(1, taps.count / tapsPerChannel)
    let most = max(1, Self.chunkByteBudget / (4 * channelFloats))
    let chunks = (channels + most - 1) / most
    tapsPerChunk = (channels + chunks - 1) / chunks * tapsPerChannel
  }

  /// The plan of an engine's programs.
  package init(_ problem: ConvolutionProblem, lanes: Int, engine: Engine) {
    self.init(problem, lanes: lanes, for: engine == .sparse ? .leaves : .blocks)
  }

  /// Floats that the taps of one channel touch for one tile.
  private static func touchedFloats(
    _ taps: [ConvolutionProblem.Tap], pitch: Int, tileCells: Int
  ) -> Int {
    var floats = 0
    for (_, taps) in Dictionary(grouping: taps, by: \.plane) {
      let rows = Set(taps.map(\.dy))
      let spanX = (taps.map(\.dx).max() ?? 0) - (taps.map(\.dx).min() ?? 0)
      let spanY = (rows.max() ?? 0) - (rows.min() ?? 0)
      floats += min(
        rows.count * (tileCells + spanX), tileCells + spanY * pitch + spanX)
    }
    return max(1, floats)
  }

  /// The vectors of one tile.
  package func vectors(ofTile tile: Int) -> Int {
    min(tileVectors, vectorCount - tile * tileVectors)
  }

  /// How `vectors` are cut into passes of at most `widest`, as even as possible.
  package static func passes(of vectors: Int, widest: Int) -> [Int] {
    guard vectors > 0 else { return [] }
    let count = (vectors + widest - 1) / widest
    return (0..<count).map { vectors * ($0 + 1) / count - vectors * $0 / count }
  }

  /// Most rows of a section.
  package func sectionRows(lanes: Int) -> Int {
    max(4, Self.accumulatorByteBudget / (4 * lanes * tileVectors))
  }
}
