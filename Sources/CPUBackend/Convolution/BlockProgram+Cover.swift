package import Covers
package import Tensors

extension BlockProgram {
  /// The sparse path: one cover for each branch. Consecutive root groups form a section.
  ///
  /// In each chunk segments run by descending height, then leaves. The leaves of the first chunk have a
  /// block for every row that no segment has started, so that of the rows of a later block all have been
  /// started or none has; those of the last chunk have a block for every row, which finishes it.
  ///
  /// - Parameters:
  ///   - sectionRows: most rows of a section, but for a greater root group.
  ///   - partitions: sections of equal work that a branch has at least, where it has the root groups.
  package static func sparse(
    _ problem: ConvolutionProblem, _ weights: [FilterWeights], covers: [Cover], plan: TilePlan,
    grid: TileGrid, costs: CPUCostTable, sectionRows: Int, partitions: Int
  ) throws(HewnError) -> PricedProgram {
    var builder = BlockProgramBuilder(problem, grid: grid, costs: costs)
    for (branch, cover) in covers.enumerated() {
      let taps = problem.branches[branch].taps
      let cuts = SectionCut(rowLimit: sectionRows, partitions: partitions).sections(
        rows: cover.rootGroups.map(\.count), work: work(cover))
      for groups in cuts {
        let rows =
          cover.rootGroups[groups.lowerBound]
          .lowerBound..<cover.rootGroups[groups.upperBound - 1]
          .upperBound
        builder.beginSection(
          branch: branch, bias: weights[branch].bias, filters: rows.map { cover.order[$0] })
        let segments = cover.segmentRanges[groups].flatMap { cover.segments[$0] }
        var section = CoverSection(cover, rows: rows, segments: segments)
        let chunks = chunks(taps: cover.taps, perChunk: plan.tapsPerChunk)
        for (index, chunk) in chunks.enumerated() {
          section.add(chunk, isLast: index == chunks.count - 1, taps: taps, to: &builder)
        }
      }
    }
    return try builder.build()
  }

  /// The work of each root group, in rows × taps, and a little for each row.
  private static func work(_ cover: Cover) -> [Int] {
    zip(cover.rootGroups, cover.segmentRanges).map { rows, segments in
      rows.reduce(0) { $0 + cover.leavesByRow[$1].count + 2 }
        + cover.segments[segments].reduce(0) { $0 + $1.weights.count }
    }
  }
}

/// Packs one section of a cover, chunk by chunk.
private struct CoverSection {
  private let cover: Cover
  private let rows: Range<Int>
  private let segments: [Segment]
  /// Where the next chunk's leaves of each row, and taps of each segment, begin.
  private var nextLeaf: [Int]
  private var nextTap: [Int]
  /// The rows that a stream has started.
  private var started: [Bool]

  init(_ cover: Cover, rows: Range<Int>, segments: [Segment]) {
    self.cover = cover
    self.rows = rows
    self.segments = segments.sorted { ($1.height, $0.firstRow) < ($0.height, $1.firstRow) }
    nextLeaf = Array(repeating: 0, count: rows.count)
    nextTap = Array(repeating: 0, count: segments.count)
    started = Array(repeating: false, count: rows.count)
  }

  mutating func add(
    _ chunk: Range<Int>, isLast: Bool, taps: [ConvolutionProblem.Tap],
    to builder: inout BlockProgramBuilder
  ) {
    var first = 0
    while first < segments.count {
      let height = segments[first].height
      let end = segments[first...].firstIndex { $0.height != height } ?? segments.count
      addStreams(
        (first..<end).compactMap { segmentBlock($0, chunk) }, finishes: false, taps: taps,
        to: &builder)
      first = end
    }
    addStreams(
      rows.compactMap { leafBlock($0, chunk, isLast: isLast) }, finishes: isLast, taps: taps,
      to: &builder)
  }

  /// The blocks whose rows start here, and those that continue, apart; each by the number of taps, so that
  /// processors foresee where the loop over them ends.
  private mutating func addStreams(
    _ blocks: [PendingBlock], finishes: Bool, taps: [ConvolutionProblem.Tap],
    to builder: inout BlockProgramBuilder
  ) {
    let blocks = blocks.sorted { ($0.taps.count, $0.firstRow) < ($1.taps.count, $1.firstRow) }
    for starts in [true, false] {
      builder.addStream(
        blocks.filter { started[$0.firstRow] != starts }, taps: taps, startsFromBias: starts,
        finishes: finishes, sharesOffsets: false)
    }
    for block in blocks {
      for row in block.firstRow..<block.firstRow + block.height { started[row] = true }
    }
  }

  private mutating func segmentBlock(_ index: Int, _ chunk: Range<Int>) -> PendingBlock? {
    let segment = segments[index]
    let first = nextTap[index]
    let end = segment.taps[first...].firstIndex { $0 >= chunk.upperBound } ?? segment.taps.count
    nextTap[index] = end
    guard first < end else { return nil }
    return PendingBlock(
      height: segment.height, firstRow: segment.firstRow - rows.lowerBound,
      taps: segment.taps[first..<end],
      weights: segment.weights[first * segment.height..<end * segment.height])
  }

  private mutating func leafBlock(
    _ row: Int, _ chunk: Range<Int>, isLast: Bool
  ) -> PendingBlock? {
    let leaves = cover.leavesByRow[row]
    let index = row - rows.lowerBound
    let first = nextLeaf[index]
    let end = leaves[first...].firstIndex { $0.tap >= chunk.upperBound } ?? leaves.count
    nextLeaf[index] = end
    guard first < end || isLast || !started[index] else { return nil }
    return PendingBlock(
      height: 1, firstRow: index, taps: leaves[first..<end].map(\.tap)[...],
      weights: leaves[first..<end].map(\.weight)[...])
  }
}
