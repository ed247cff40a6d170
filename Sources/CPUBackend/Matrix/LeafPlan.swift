/// How a sparse product is cut: images into groups of lanes, taps into chunks, rows into blocks.
///
/// A pure function of the problem and the vector width: packed leaves in a file are in the order that
/// it says.
package struct LeafPlan: Sendable {
  /// Vectors of images in a cell; 0 where a cell is the float of the only image.
  package let vectors: Int
  /// Cells that hold all images.
  package let groupCount: Int
  /// Floats of a cell: one input of all images of a group.
  package let cellFloats: Int
  package let chunkTaps: Int
  package let chunkCount: Int
  package let blockRows: Int
  package let blockCount: Int
  private let taps: Int
  private let rows: Int

  /// The most vectors of a cell: there is no kernel for more.
  private static let maximumVectors = 4
  /// The cells of a chunk stay in the first-level cache, beside the sums of a block or the stream of
  /// leaves that a single image only just keeps up with.
  private static let (vectorBytes, cellBytes) = (16 << 10, 32 << 10)
  /// Blocks that threads share, and the bounds of their rows.
  private static let (wantedBlocks, leastRows, mostRows) = (32, 8, 256)

  package init(_ problem: MatrixProblem, lanes: Int) {
    taps = problem.taps
    rows = problem.rows
    if problem.images <= 1 {
      (vectors, groupCount, cellFloats) = (0, problem.images, 1)
    } else {
      let all = problem.images.dividedUp(by: lanes)
      groupCount = all.dividedUp(by: Self.maximumVectors)
      vectors = all.dividedUp(by: groupCount)
      cellFloats = vectors * lanes
    }
    let chunkBytes = vectors == 0 ? Self.vectorBytes : Self.cellBytes
    chunkTaps = max(1, min(taps, chunkBytes / (4 * cellFloats)))
    chunkCount = taps.dividedUp(by: chunkTaps)
    blockRows = min(
      max(rows.dividedUp(by: Self.wantedBlocks), Self.leastRows), Self.mostRows)
    blockCount = rows.dividedUp(by: blockRows)
  }

  func rows(ofBlock block: Int) -> Range<Int> {
    block * blockRows..<min((block + 1) * blockRows, rows)
  }

  func taps(ofChunk chunk: Int) -> Range<Int> {
    chunk * chunkTaps..<min((chunk + 1) * chunkTaps, taps)
  }

  /// Where the counts of a block's rows in a chunk start.
  func firstCount(block: Int, chunk: Int) -> Int {
    let rows = rows(ofBlock: block)
    return rows.lowerBound * chunkCount + chunk * rows.count
  }
}

extension Int {
  func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
