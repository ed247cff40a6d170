internal import CPUKernels
internal import Covers
internal import Tensors

/// A convolution as the kernels run it: sections of rows, each a sequence of block streams.
///
/// Everything that kernels read lies in four flat arrays; sections and streams are plain records.
package struct BlockProgram: Sendable {
  /// Rows that are accumulated and finished together, and the streams that accumulate them.
  package struct Section: BitwiseCopyable, Sendable {
    var firstStream: Int
    var streamCount: Int
    /// Into `bias`, `outputRows` and `residualRows`.
    var firstRow: Int
    var rowCount: Int
    /// Index of the output phase.
    var phase: Int
  }

  struct Stream: BitwiseCopyable, Sendable {
    var height: Int
    var firstBlock: Int
    var blockCount: Int
    var firstOffset: Int
    var firstWeight: Int
    var sharesOffsets: Bool
    var startsFromBias: Bool
  }

  package let sections: AlignedArray<Section>
  let streams: AlignedArray<Stream>
  let blocks: AlignedArray<BlockStream.Block>
  let offsets: AlignedArray<Int32>
  let weights: AlignedArray<Float>
  let bias: AlignedArray<Float>
  /// Floats from the output's plane 0 to each row's plane.
  let outputRows: AlignedArray<Int>
  let residualRows: AlignedArray<Int>
  /// The time on one core, in nanoseconds, by the cost table.
  package let predictedNanoseconds: Double
  /// The greatest number of rows of a section.
  package let largestSection: Int

  package var byteCount: Int {
    blocks.byteCount + offsets.byteCount + weights.byteCount + bias.byteCount
  }
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
  private let plan: TilePlan
  private let costs: CPUCostTable
  private var sections: [BlockProgram.Section] = []
  private var streams: [BlockProgram.Stream] = []
  private var blocks: [BlockStream.Block] = []
  private var offsets: [Int32] = []
  private var weights: [Float] = []
  private var bias: [Float] = []
  private var outputRows: [Int] = []
  private var residualRows: [Int] = []
  /// The predicted time. Whole picoseconds add up to the same sum in any order, so that the choice of
  /// an engine does not depend on how the number of threads cuts the sections.
  private var picoseconds = 0

  init(_ problem: ConvolutionProblem, plan: TilePlan, costs: CPUCostTable) {
    self.problem = problem
    self.plan = plan
    self.costs = costs
  }

  /// Opens a section for the given filters of a branch.
  mutating func beginSection(_ branch: ConvolutionProblem.Branch, filters: some Sequence<Int>) {
    let firstRow = bias.count
    for filter in filters {
      bias.append(branch.bias[filter])
      outputRows.append(branch.outputPlanes[filter] * problem.output.channelStride)
      residualRows.append(
        branch.residualPlanes.isEmpty
          ? 0 : branch.residualPlanes[filter] * (problem.residual?.channelStride ?? 0))
    }
    sections.append(
      BlockProgram.Section(
        firstStream: streams.count, streamCount: 0, firstRow: firstRow,
        rowCount: bias.count - firstRow,
        phase: branch.verticalPhase * problem.output.horizontalPhases + branch.horizontalPhase))
    for _ in firstRow..<bias.count { charge(costs.finish * Double(plan.vectorCount)) }
  }

  private mutating func charge(_ nanoseconds: Double) {
    let amount = Int((min(nanoseconds, 1e15) * 1e3).rounded())
    let (sum, overflow) = picoseconds.addingReportingOverflow(amount)
    picoseconds = overflow ? .max : sum
  }

  /// Adds blocks of one height and chunk to the open section.
  ///
  /// - Parameter sharesOffsets: whether all blocks have the taps of the first.
  mutating func addStream(
    _ pending: [PendingBlock], branch: ConvolutionProblem.Branch, startsFromBias: Bool,
    sharesOffsets: Bool
  ) {
    guard let first = pending.first else { return }
    streams.append(
      BlockProgram.Stream(
        height: first.height, firstBlock: blocks.count, blockCount: pending.count,
        firstOffset: offsets.count, firstWeight: weights.count, sharesOffsets: sharesOffsets,
        startsFromBias: startsFromBias))
    sections[sections.count - 1].streamCount += 1
    for (index, block) in pending.enumerated() {
      blocks.append(
        BlockStream.Block(firstRow: Int32(block.firstRow), tapCount: Int32(block.taps.count)))
      if index == 0 || !sharesOffsets {
        offsets += block.taps.map { Int32(problem.offset(of: branch.taps[Int($0)])) }
      }
      weights += block.weights
      charge(
        costs.blockTime(rows: block.height, plan: plan)
          + costs.tapTime(rows: block.height, plan: plan) * Double(block.taps.count))
    }
  }

  /// - Throws: `outOfMemory`.
  func build() throws(HewnError) -> BlockProgram {
    BlockProgram(
      sections: try AlignedArray(sections), streams: try AlignedArray(streams),
      blocks: try AlignedArray(blocks), offsets: try AlignedArray(offsets),
      weights: try AlignedArray(weights), bias: try AlignedArray(bias),
      outputRows: try AlignedArray(outputRows), residualRows: try AlignedArray(residualRows),
      predictedNanoseconds: Double(picoseconds) * 1e-3 * Double(problem.output.images),
      largestSection: sections.map(\.rowCount).max() ?? 0)
  }
}
