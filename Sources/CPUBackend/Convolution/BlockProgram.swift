internal import CPUKernels
internal import Tensors

/// A convolution as the kernels run it: sections of rows, each a sequence of block streams.
///
/// Everything that kernels read lies in flat arrays; sections and streams are plain records. Sections
/// follow each other, and so do the streams of a section, their blocks, offsets and weights: each
/// starts where the one before ends.
package struct BlockProgram: Sendable {
  /// Rows that are accumulated and finished together, and the streams that accumulate them.
  struct Section: BitwiseCopyable, Sendable {
    /// Index of the branch whose filters the rows are.
    var branch: Int
    var firstStream: Int
    var streamCount: Int
    /// Into `filters` and `bias`.
    var firstRow: Int
    var rowCount: Int
  }

  struct Stream: BitwiseCopyable, Sendable {
    var height: Int
    var firstBlock: Int
    var blockCount: Int
    var firstOffset: Int
    var firstWeight: Int
    var sharesOffsets: Bool
    /// Whether the blocks' rows start here from their bias, or continue.
    var startsFromBias: Bool
    /// Whether the blocks' rows are complete after this stream.
    var finishes: Bool
  }

  /// Most vectors of a tile.
  let tileVectors: Int
  let sections: AlignedArray<Section>
  let streams: AlignedArray<Stream>
  let blocks: AlignedArray<BlockStream.Block>
  let offsets: AlignedArray<Int32>
  let weights: AlignedArray<Float>
  let bias: AlignedArray<Float>
  /// The filter that each row is, counted within its branch.
  let filters: AlignedArray<Int32>

  /// The greatest number of rows of a section.
  var largestSection: Int {
    (0..<sections.count).reduce(0) { max($0, sections.pointer[$1].rowCount) }
  }

  package var byteCount: Int {
    blocks.byteCount + offsets.byteCount + weights.byteCount + bias.byteCount
  }
}

/// A program with its time on one core, in nanoseconds, by the cost table.
package struct PricedProgram: Sendable {
  package var program: BlockProgram
  package var nanoseconds: Double
  /// Vectors that the busier kind of ports must take: those of loads, or those of multiply-adds. A
  /// processor has as many of one kind as of the other, so that no run takes less time than so many
  /// multiply-adds at its greatest rate.
  package var boundVectors: Int
}

/// One block before packing: rows that share taps inside one chunk.
struct PendingBlock {
  var height: Int
  /// Relative to the section.
  var firstRow: Int
  var taps: ArraySlice<Int32>
  /// Tap-major.
  var weights: ArraySlice<Float>
}

/// Packs sections into a ``BlockProgram``.
struct BlockProgramBuilder {
  private let problem: ConvolutionProblem
  private let grid: TileGrid
  /// Times over all tiles, by rows of a block.
  private let tapTimes: [Double]
  /// Vectors of a pass, by rows of a block.
  private let widestPass: [Int]
  private let blockTimes: [Double]
  /// The time to store one row's cells of an image.
  private let finishTime: Double
  private var boundVectors = 0
  private var sections: [BlockProgram.Section] = []
  private var streams: [BlockProgram.Stream] = []
  private var blocks: [BlockStream.Block] = []
  private var offsets: [Int32] = []
  private var weights: [Float] = []
  private var bias: [Float] = []
  private var filters: [Int32] = []
  /// The predicted time. Whole picoseconds add up to the same sum in any order, so that the choice of
  /// an engine does not depend on how the number of threads cuts the sections.
  private var picoseconds = 0

  init(_ problem: ConvolutionProblem, grid: TileGrid, costs: CPUCostTable) {
    self.problem = problem
    self.grid = grid
    widestPass = costs.tap.map { $0.count - 1 }
    tapTimes = costs.tap.indices.map { costs.tapTime(rows: $0, grid: grid) }
    blockTimes = costs.tap.indices.map { costs.blockTime(rows: $0, grid: grid) }
    finishTime = costs.finishTime(grid: grid)
  }

  /// Opens a section for the given filters of a branch.
  ///
  /// - Parameter bias: that of the whole branch.
  mutating func beginSection(branch: Int, bias: [Float], filters: some Sequence<Int>) {
    let firstRow = self.filters.count
    for filter in filters {
      self.bias.append(bias[filter])
      self.filters.append(Int32(filter))
      charge(finishTime)
    }
    sections.append(
      BlockProgram.Section(
        branch: branch, firstStream: streams.count, streamCount: 0, firstRow: firstRow,
        rowCount: self.filters.count - firstRow))
  }

  private mutating func charge(_ nanoseconds: Double) {
    let amount = Int((min(nanoseconds, 1e15) * 1e3).rounded())
    let (sum, overflow) = picoseconds.addingReportingOverflow(amount)
    picoseconds = overflow ? .max : sum
  }

  /// Adds blocks of one height and chunk to the open section.
  ///
  /// - Parameters:
  ///   - taps: those of the section's branch.
  ///   - startsFromBias: whether no stream before has touched the blocks' rows.
  ///   - finishes: whether no stream after will touch them.
  ///   - sharesOffsets: whether all blocks have the taps of the first.
  mutating func addStream(
    _ pending: [PendingBlock], taps: [ConvolutionProblem.Tap], startsFromBias: Bool,
    finishes: Bool, sharesOffsets: Bool
  ) {
    guard let first = pending.first else { return }
    streams.append(
      BlockProgram.Stream(
        height: first.height, firstBlock: blocks.count, blockCount: pending.count,
        firstOffset: offsets.count, firstWeight: weights.count, sharesOffsets: sharesOffsets,
        startsFromBias: startsFromBias, finishes: finishes))
    sections[sections.count - 1].streamCount += 1
    for (index, block) in pending.enumerated() {
      boundVectors = boundVectors.saturatingAdd(bound(block, loadsRows: !startsFromBias))
      blocks.append(
        BlockStream.Block(firstRow: Int32(block.firstRow), tapCount: Int32(block.taps.count)))
      if index == 0 || !sharesOffsets {
        offsets += block.taps.map { Int32(problem.offset(of: taps[Int($0)])) }
      }
      weights += block.weights
      charge(
        blockTimes[block.height] + tapTimes[block.height] * Double(block.taps.count))
    }
  }

  /// Loads of inputs, weights and accumulators, or multiply-adds, whichever are more, over all tiles.
  private func bound(_ block: PendingBlock, loadsRows: Bool) -> Int {
    let (height, taps) = (block.height, block.taps.count)
    let widest = max(1, widestPass[height])
    return grid.widths.reduce(0) { sum, width in
      let passes = (width.vectors + widest - 1) / widest
      let loads =
        taps * (width.vectors + height * passes) + (loadsRows ? height * width.vectors : 0)
      return sum + width.tileCount * max(loads, height * taps * width.vectors)
    }
  }

  /// - Throws: `outOfMemory`.
  func build() throws(HewnError) -> PricedProgram {
    PricedProgram(
      program: BlockProgram(
        tileVectors: grid.tileVectors, sections: try AlignedArray(sections),
        streams: try AlignedArray(streams),
        blocks: try AlignedArray(blocks), offsets: try AlignedArray(offsets),
        weights: try AlignedArray(weights), bias: try AlignedArray(bias),
        filters: try AlignedArray(filters)),
      nanoseconds: Double(picoseconds) * 1e-3 * Double(problem.output.imageGroups),
      boundVectors: boundVectors.saturatingMultiply(problem.output.imageGroups))
  }
}
