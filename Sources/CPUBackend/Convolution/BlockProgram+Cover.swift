package import Covers
package import Tensors

extension BlockProgram {
  /// The sparse path: one cover for each branch. Consecutive root groups form a section.
  ///
  /// In each chunk leaves run first, then segments by ascending height; the leaf stream of the first
  /// chunk has a block for every row, which starts the row from its bias.
  package static func sparse(
    _ problem: ConvolutionProblem, _ weights: [FilterWeights], covers: [Cover], plan: TilePlan,
    costs: CPUCostTable, sectionRows: Int
  ) throws(HewnError) -> PricedProgram {
    var builder = BlockProgramBuilder(problem, plan: plan, costs: costs)
    for (branch, cover) in covers.enumerated() {
      let taps = problem.branches[branch].taps
      var group = 0
      while group < cover.rootGroups.count {
        let first = group
        let firstRow = cover.rootGroups[first].lowerBound
        repeat {
          group += 1
        } while group < cover.rootGroups.count
          && cover.rootGroups[group].upperBound - firstRow <= sectionRows
        let rows = firstRow..<cover.rootGroups[group - 1].upperBound
        builder.beginSection(
          branch: branch, bias: weights[branch].bias, filters: rows.map { cover.order[$0] })
        let segments = cover.segmentRanges[first..<group].flatMap { cover.segments[$0] }
        for chunk in chunks(taps: cover.taps, perChunk: plan.tapsPerChunk) {
          addChunk(&builder, taps, cover, rows: rows, segments: segments, chunk: chunk)
        }
      }
    }
    return try builder.build()
  }

  private static func addChunk(
    _ builder: inout BlockProgramBuilder, _ taps: [ConvolutionProblem.Tap], _ cover: Cover,
    rows: Range<Int>, segments: [Segment], chunk: Range<Int>
  ) {
    let isFirst = chunk.lowerBound == 0
    let leafBlocks = rows.compactMap { row -> PendingBlock? in
      let leaves = cover.leavesByRow[row].filter { chunk.contains(Int($0.tap)) }
      guard isFirst || !leaves.isEmpty else { return nil }
      return PendingBlock(
        height: 1, firstRow: row - rows.lowerBound, taps: leaves.map(\.tap)[...],
        weights: leaves.map(\.weight)[...])
    }
    builder.addStream(
      leafBlocks, taps: taps, startsFromBias: isFirst, sharesOffsets: false)
    for height in Set(segments.map(\.height)).sorted() {
      let blocks = segments.filter { $0.height == height }.compactMap { segment -> PendingBlock? in
        let first = segment.taps.firstIndex { $0 >= chunk.lowerBound } ?? segment.taps.endIndex
        let end = segment.taps.firstIndex { $0 >= chunk.upperBound } ?? segment.taps.endIndex
        guard first < end else { return nil }
        return PendingBlock(
          height: height, firstRow: segment.firstRow - rows.lowerBound,
          taps: segment.taps[first..<end],
          weights: segment.weights[first * height..<end * height])
      }
      builder.addStream(blocks, taps: taps, startsFromBias: false, sharesOffsets: false)
    }
  }
}
