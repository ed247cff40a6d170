internal import CPUKernels
internal import Tensors

/// How a Winograd convolution is cut: blocks of tiles, whose transformed inputs stay in the second-level
/// cache, and passes of filters, whose products stay there beside them.
///
/// Each output is computed by the same additions in the same order however the work is cut, so that
/// cuts may depend on the number of threads.
struct WinogradSchedule: Sendable {
  /// Consecutive segments, and the vectors that they fill.
  struct Block: BitwiseCopyable, Sendable {
    var firstSegment: Int
    var segmentCount: Int
    /// Of all vectors.
    var firstVector: Int
    var vectors: Int
  }

  /// Some filters of one branch.
  struct Share: BitwiseCopyable, Sendable {
    var branch: Int
    var firstRow: Int
    var rowCount: Int
  }

  /// Most vectors of a block.
  let blockVectors: Int
  /// Most filters of a pass.
  let passRows: Int
  let blocks: [Block]
  let segments: [WinogradSegment]
  let shares: [Share]

  /// Bytes of a block's transformed inputs.
  static let inputByteBudget = 384 << 10
  /// Bytes of the products of a pass. They are written once and read once, while the weights stream
  /// by: a long pass reads these in long runs.
  static let productByteBudget = 1 << 20
  /// Tiles of a block: at least so many that weights from outer caches keep up with the arithmetic.
  static let leastTiles = 32
  /// Likewise where the weights come from memory.
  static let leastTilesOfLargeLayers = 64
  static let largeWeightByteCount = 16 << 20
  static let mostTiles = 128

  init(_ problem: WinogradProblem, _ kernels: KernelSet, threads: Int) {
    let most = Self.blockVectors(problem, kernels)
    let vectors = problem.vectorCount(kernels)
    var count = (vectors + most - 1) / most
    // As many blocks for each thread where there are few.
    if count > 1, count < 8 * threads { count = min(vectors, count.roundedUp(to: threads)) }
    let width = problem.tilesPerVector(kernels)
    var blocks: [Block] = []
    var segments: [WinogradSegment] = []
    for index in 0..<count {
      let first = vectors * index / count
      let end = vectors * (index + 1) / count
      let firstSegment = segments.count
      segments += problem.segments(
        first * width..<min(end * width, problem.tileCount), laneCount: kernels.lanes)
      blocks.append(
        Block(
          firstSegment: firstSegment, segmentCount: segments.count - firstSegment,
          firstVector: first, vectors: end - first))
    }
    blockVectors = (vectors + count - 1) / count
    let vectorBytes = 4 * kernels.lanes
    let rowBytes = problem.productCount * blockVectors * vectorBytes
    passRows = max(
      kernels.productRows,
      Self.productByteBudget / rowBytes / kernels.productRows * kernels.productRows)
    let parts = count * problem.branches.count
    let perBranch = (threads + parts - 1) / max(1, parts)
    shares = problem.branches.enumerated().flatMap { index, branch in
      let blocks = ProductBlocks(rows: branch.rows, most: kernels.productRows)
      let parts = max(1, min(perBranch, blocks.count))
      return (0..<parts).map { part in
        let first = blocks.firstRow(of: blocks.count * part / parts)
        let end = blocks.firstRow(of: blocks.count * (part + 1) / parts)
        return Share(branch: index, firstRow: first, rowCount: end - first)
      }
    }
    self.blocks = blocks
    self.segments = segments
  }

  /// For each tile of the blocks' vectors all ones where a segment ends with it, zero elsewhere.
  func ends(_ laneCount: Int) -> [UInt32] {
    var ends = [UInt32](
      repeating: 0, count: blocks.reduce(0) { $0 + $1.vectors } * laneCount)
    for block in blocks {
      for segment in segments[block.firstSegment..<block.firstSegment + block.segmentCount] {
        let last = block.firstVector * laneCount + segment.position + segment.tileCount - 1
        if ends.indices.contains(last) { ends[last] = .max }
      }
    }
    return ends
  }

  /// Vectors of a block: a function of the problem and the instruction set alone.
  static func blockVectors(_ problem: WinogradProblem, _ kernels: KernelSet) -> Int {
    let channels = problem.branches.reduce(1) { max($0, $1.channels) }
    let bytes = problem.productCount * channels * 4 * kernels.lanes
    let vectors = problem.vectorCount(kernels)
    let least =
      4 * problem.weightCount > largeWeightByteCount ? leastTilesOfLargeLayers : leastTiles
    let width = kernels.lanes
    return min(vectors, max(least / width, min(mostTiles / width, inputByteBudget / bytes), 1))
  }
}

/// M filters as blocks of rows that products compute at once: as few as possible, as even as
/// possible.
struct ProductBlocks {
  let rows: Int
  let count: Int

  init(rows: Int, most: Int) {
    self.rows = rows
    count = (rows + most - 1) / most
  }

  /// The first row of a block; for `count` the end of the last one.
  func firstRow(of block: Int) -> Int { rows * block / max(1, count) }
}

extension WinogradProblem {
  /// The runs of tiles that make up a range of all tiles, each in one row of tiles and, in planes, in
  /// one vector.
  func segments(_ tiles: Range<Int>, laneCount: Int) -> [WinogradSegment] {
    var segments: [WinogradSegment] = []
    var next = tiles.lowerBound
    while next < tiles.upperBound {
      let column = next % tileColumns
      let row = next / tileColumns % tileRows
      let group = next / tileColumns / tileRows
      var count = min(tileColumns - column, tiles.upperBound - next)
      if lanes == 1 {
        // Segments end where vectors do.
        count = min(count, laneCount - (next - tiles.lowerBound) % laneCount)
      }
      let (y, x) = (row * tile, column * tile)
      func offset(_ layout: PlanesLayout, _ y: Int, _ x: Int) -> Int {
        (layout.planeStart(image: group * layout.lanes, plane: 0) + y * layout.pitch + x)
          * layout.lanes
      }
      let isEnd = column + count == tileColumns
      let columns = min(count * tile, output.width - x)
      segments.append(
        WinogradSegment(
          position: (next - tiles.lowerBound) * (lanes == 1 ? 1 : laneCount), tileCount: count,
          input: offset(input, y + top, x + left),
          inputRows: min(max(0, input.height - (y + top)), extent),
          inputColumns: max(0, input.width - (x + left)), output: offset(output, y, x),
          residual: residual.map { offset($0, y, x) } ?? 0,
          outputRows: min(tile, output.height - y), outputColumns: columns,
          gap: isEnd ? output.pitch - output.width : 0))
      next += count
    }
    return segments
  }
}
