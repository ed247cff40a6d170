/// How a convolution is cut for registers and caches: pixel tiles and chunks of channels.
///
/// It does not depend on the number of threads, so neither do results.
package struct TilePlan: Hashable, Sendable {
  /// Most vectors of a tile of output cells.
  package var tileVectors: Int
  /// Taps whose inputs are staged together: a multiple of the taps of one channel.
  package var tapsPerChunk: Int

  package init(tileVectors: Int, tapsPerChunk: Int) {
    self.tileVectors = tileVectors
    self.tapsPerChunk = tapsPerChunk
  }

  /// Tiles of up to `tileVectors` vectors, and chunks as large as `chunkBytes` allow.
  ///
  /// - Parameter chunkBytes: input bytes that the taps of a chunk may touch for one tile.
  package init(
    _ problem: ConvolutionProblem, grid: TileGrid, chunkBytes: Int
  ) {
    tileVectors = grid.tileVectors
    // The branches of one problem have like tap lists: the footprint of the largest serves for all.
    let branch = problem.branches.max { $0.taps.count < $1.taps.count }
    let tapsPerChannel = max(1, branch?.tapsPerChannel ?? 1)
    let taps = branch?.taps ?? []
    let channelFloats = grid.touchedFloats(Array(taps.prefix(tapsPerChannel)), problem)
    let channels = max(1, taps.count / tapsPerChannel)
    let most = max(1, chunkBytes / (4 * channelFloats))
    let chunks = (channels + most - 1) / most
    tapsPerChunk = (channels + chunks - 1) / chunks * tapsPerChannel
  }

  /// The chunks of a branch of `taps` taps; one, which is empty, where there are none.
  package func chunkCount(taps: Int) -> Int {
    max(1, (taps + tapsPerChunk - 1) / tapsPerChunk)
  }
}

/// The tiles of an output's planes: runs of whole vectors.
///
/// Planes of one image are cut as one flat run over their rows, gaps included; planes of `lanes`
/// images, where a cell is a vector, row by row, so that a tile's cells follow each other in the
/// output, have equal distances in the input, and none lies in a gap.
package struct TileGrid: Hashable, Sendable {
  /// Most vectors of a tile.
  package let tileVectors: Int
  /// All tiles of a plane.
  package let tileCount: Int
  /// Floats of a vector.
  private let lanes: Int
  /// Vectors of a flat run, or of a row.
  private let runVectors: Int
  private let tilesPerRun: Int
  /// Whether runs are rows.
  package let isByRow: Bool
  /// Whether taps begin where vectors do: at a multiple of `lanes` from a tile's first input.
  package let readsAligned: Bool
  /// How many tiles of a plane have how many vectors.
  package private(set) var widths: [Width] = []

  package struct Width: Hashable, Sendable {
    package var vectors: Int
    package var tileCount: Int
  }

  /// - Parameters:
  ///   - tileVectors: most vectors of a tile; they are spread evenly.
  ///   - lanes: those of the kernels, and of the layout where it has more than one.
  package init(_ problem: ConvolutionProblem, tileVectors most: Int, lanes: Int) {
    let output = problem.output
    precondition(output.lanes == 1 || output.lanes == lanes, "\(output.lanes) lanes")
    self.lanes = lanes
    isByRow = output.lanes > 1
    readsAligned = problem.branches.allSatisfy { branch in
      branch.taps.allSatisfy { problem.offset(of: $0).isMultiple(of: lanes) }
    }
    runVectors =
      isByRow ? output.planeWidth : (output.planeHeight * output.pitch + lanes - 1) / lanes
    let count = (runVectors + most - 1) / most
    tileVectors = (runVectors + count - 1) / count
    tilesPerRun = isByRow ? count : (runVectors + tileVectors - 1) / tileVectors
    let runs = isByRow ? output.planeHeight : 1
    tileCount = tilesPerRun * runs
    for index in 0..<tilesPerRun {
      let vectors = tile(index).vectors
      if let known = widths.firstIndex(where: { $0.vectors == vectors }) {
        widths[known].tileCount += runs
      } else {
        widths.append(Width(vectors: vectors, tileCount: runs))
      }
    }
  }

  package struct Tile {
    /// The row, where runs are rows; 0 otherwise.
    package var row: Int
    /// Cells from the start of the row or the flat run.
    package var cell: Int
    package var vectors: Int
    /// Whether it is the last one of its run.
    package var endsRun: Bool
  }

  @inline(__always)
  package func tile(_ index: Int) -> Tile {
    guard isByRow else {
      let first = index * tileVectors
      return Tile(
        row: 0, cell: first * lanes, vectors: min(tileVectors, runVectors - first),
        endsRun: index == tileCount - 1)
    }
    let (row, part) = index.quotientAndRemainder(dividingBy: tilesPerRun)
    let first = runVectors * part / tilesPerRun
    return Tile(
      row: row, cell: first, vectors: runVectors * (part + 1) / tilesPerRun - first,
      endsRun: part == tilesPerRun - 1)
  }

  /// Floats of a flat run.
  package var runFloats: Int { runVectors * lanes }

  /// Input floats from a tile's first one to behind its last one.
  func tileFloats(_ problem: ConvolutionProblem) -> Int {
    isByRow ? ((tileVectors - 1) * problem.step.horizontal + 1) * lanes : tileVectors * lanes
  }

  /// Input floats from the first one that a tap without offset reads to behind the last one.
  func readFloats(_ problem: ConvolutionProblem) -> Int {
    guard isByRow else { return runFloats }
    let rows = (problem.output.planeHeight - 1) * problem.step.vertical * problem.input.pitch
    return (rows + (runVectors - 1) * problem.step.horizontal + 1) * lanes
  }

  /// Floats that the taps of one channel touch for one tile.
  func touchedFloats(_ taps: [ConvolutionProblem.Tap], _ problem: ConvolutionProblem) -> Int {
    var cells = 0
    let tileCells =
      isByRow ? (tileVectors - 1) * problem.step.horizontal + 1 : tileVectors * lanes
    for (_, taps) in Dictionary(grouping: taps, by: \.plane) {
      let rows = Set(taps.map(\.dy))
      let spanX = (taps.map(\.dx).max() ?? 0) - (taps.map(\.dx).min() ?? 0)
      let spanY = (rows.max() ?? 0) - (rows.min() ?? 0)
      cells += min(
        rows.count * (tileCells + spanX), tileCells + spanY * problem.input.pitch + spanX)
    }
    return max(1, cells * problem.input.lanes)
  }

  /// Vectors that `vectors` are cut into for passes of at most `widest`, as even as possible.
  package static func passes(of vectors: Int, widest: Int) -> [Int] {
    guard vectors > 0 else { return [] }
    let count = (vectors + widest - 1) / widest
    return (0..<count).map { vectors * ($0 + 1) / count - vectors * $0 / count }
  }
}
