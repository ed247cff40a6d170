package import Covers
package import Tensors

extension BlockProgram {
  /// The dense path: every branch is one full segment, run in register blocks of up to six rows.
  ///
  /// - Parameters:
  ///   - sectionRows: most rows of a section.
  ///   - partitions: sections of equal work that a branch has at least, where it has the blocks.
  package static func dense(
    _ problem: ConvolutionProblem, _ weights: [FilterWeights], plan: TilePlan, grid: TileGrid,
    costs: CPUCostTable, sectionRows: Int, partitions: Int
  ) throws(HewnError) -> PricedProgram {
    var builder = BlockProgramBuilder(problem, grid: grid, costs: costs)
    for (index, branch) in problem.branches.enumerated() {
      var row = 0
      let blocks = blockHeights(rows: branch.rowCount)
      let cuts = SectionCut(rowLimit: sectionRows, partitions: partitions).sections(
        rows: blocks, work: blocks)
      for cut in cuts {
        let heights = Array(blocks[cut])
        let rows = row..<row + heights.reduce(0, +)
        row = rows.upperBound
        builder.beginSection(branch: index, bias: weights[index].bias, filters: rows)
        let taps = (0..<branch.taps.count).map { Int32($0) }
        let chunks = chunks(taps: taps.count, perChunk: plan.tapsPerChunk)
        for chunk in chunks {
          addChunk(
            &builder, branch.taps, weights[index].matrix, rows: rows, heights: heights,
            chunk: taps[chunk], isLast: chunk.upperBound == chunks.last?.upperBound)
        }
      }
    }
    return try builder.build()
  }

  private static func addChunk(
    _ builder: inout BlockProgramBuilder, _ taps: [ConvolutionProblem.Tap],
    _ matrix: FilterMatrix, rows: Range<Int>, heights: [Int], chunk: ArraySlice<Int32>,
    isLast: Bool
  ) {
    var first = rows.lowerBound
    var pending: [PendingBlock] = []
    func flush(_ builder: inout BlockProgramBuilder) {
      builder.addStream(
        pending, taps: taps, startsFromBias: chunk.startIndex == 0, finishes: isLast,
        sharesOffsets: true)
      pending.removeAll()
    }
    for height in heights {
      if let last = pending.last, last.height != height { flush(&builder) }
      var weights: [Float] = []
      weights.reserveCapacity(chunk.count * height)
      for tap in chunk {
        for row in first..<first + height { weights.append(matrix[row, Int(tap)]) }
      }
      pending.append(
        PendingBlock(
          height: height, firstRow: first - rows.lowerBound, taps: chunk, weights: weights[...]))
      first += height
    }
    flush(&builder)
  }

  /// Cuts M rows into blocks of six, and five, four or three where six does not divide.
  package static func blockHeights(rows: Int) -> [Int] {
    guard rows > 6 else { return rows == 0 ? [] : [rows] }
    let tail: [Int] =
      switch rows % 6 {
      case 0: []
      case 1: rows == 7 ? [4, 3] : [5, 4, 4]
      case 2: [4, 4]
      case 3: [5, 4]
      case 4: [4]
      default: [5]
      }
    let sixes = (rows - tail.reduce(0, +)) / 6
    return Array(repeating: 6, count: sixes) + tail
  }

  /// The chunks of `taps` taps; one empty chunk where there are none.
  static func chunks(taps: Int, perChunk: Int) -> [Range<Int>] {
    guard taps > 0 else { return [0..<0] }
    return stride(from: 0, to: taps, by: perChunk).map { $0..<min($0 + perChunk, taps) }
  }
}
