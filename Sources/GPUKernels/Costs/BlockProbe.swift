internal import Covers
package import Tensors

/// A convolution of which everything is chosen that its kernel's work depends on: what costs are counted and measured
/// with. Probes that differ in one thing only differ in what that costs.
package struct BlockProbe: Sendable {
  package var precision: BlockPrecision
  package var form: BlockTiling.Form
  package var rootRows: Int
  package var pixelWarps = 1
  package var pixelsPerWarp = 8
  /// Tiles, of one root group each: blocks of threads.
  package var tiles = 1
  package var chunks = 2
  package var channelsPerChunk = 2
  /// Segments of the root group.
  package var segments: [Segment]

  /// Rows of the root group that have some steps in each chunk.
  package struct Segment: Hashable, Sendable {
    package var height: Int
    package var firstRow: Int
    package var steps: Int

    package init(height: Int, firstRow: Int = 0, steps: Int) {
      self.height = height
      self.firstRow = firstRow
      self.steps = steps
    }
  }

  /// - Precondition: the key's height is one of the root group's, and the steps of a segment are positive.
  package init(_ key: BlockCostTable.Key, rootRows: Int, _ segments: [Segment]) {
    (precision, form) = (key.precision, key.form)
    self.rootRows = rootRows
    self.segments = segments
  }

  /// Root groups of the key's height, all of whose rows have some steps.
  package init(_ key: BlockCostTable.Key, steps: Int) {
    self.init(key, rootRows: key.height, [Segment(height: key.height, steps: steps)])
  }

  /// A segment of 16 rows with two steps, and beside it one of the key's height, unless it has no steps.
  ///
  /// The former lets products of warpgroups have 16 rows in all of these.
  package init(_ key: BlockCostTable.Key, besideOther steps: Int) {
    var segments = [Segment(height: 16, steps: 2)]
    if steps > 0 {
      let firstRow = key.height == 16 ? 16 : 0
      segments.append(Segment(height: key.height, firstRow: firstRow, steps: steps))
    }
    self.init(key, rootRows: max(32, key.height), segments)
  }

  /// The probe with something changed.
  package func with(_ change: (inout BlockProbe) -> Void) -> BlockProbe {
    var copy = self
    change(&copy)
    return copy
  }

  /// Pixels that the taps of a channel read.
  private static let tapColumns = 8

  package var tiling: BlockTiling {
    BlockTiling(
      precision: precision, form: form, rootRows: rootRows, rootsPerBlock: 1,
      pixelWarps: pixelWarps, pixelsPerWarp: pixelsPerWarp, tileGroups: 1, tileRows: 1,
      tileColumns: pixelWarps * pixelsPerWarp, channelsPerChunk: channelsPerChunk, stageCount: 2)
  }

  package func packed() throws(HewnError) -> BlockLayer {
    let (tiling, stepTaps) = (tiling, precision.stepTaps)
    // All segments take their taps from the same ones, one chunk's behind the other's.
    let chunkTaps = stepTaps * (segments.map(\.steps).max() ?? 0)
    let taps = (0..<chunks * chunkTaps).map { index in
      let (chunk, tap) = index.quotientAndRemainder(dividingBy: chunkTaps)
      return BlockTap(
        channel: chunk * channelsPerChunk + tap % channelsPerChunk, y: 0,
        x: tap / channelsPerChunk % Self.tapColumns)
    }
    let cover = Cover(
      rows: rootRows, taps: taps.count, order: Array(0..<rootRows), rootGroups: [0..<rootRows],
      segments: segments.map { segment in
        let columns = (0..<chunks).flatMap { chunk in
          (0..<segment.steps * stepTaps).map { Int32(chunk * chunkTaps + $0) }
        }
        return Covers.Segment(
          firstRow: segment.firstRow, height: segment.height, taps: columns,
          weights: Array(repeating: 1, count: columns.count * segment.height))
      }, leavesByRow: Array(repeating: [], count: rootRows))
    let branch = BlockBranch(
      taps: taps, cover: cover, bias: Array(repeating: 0, count: rootRows))
    let problem = BlockProblem(
      imageGroups: tiles,
      input: LanesGeometry(
        channels: chunks * channelsPerChunk, height: 1,
        width: tiling.tileColumns + Self.tapColumns - 1),
      output: LanesGeometry(channels: rootRows, height: 1, width: tiling.tileColumns))
    return try BlockLayer(problem, branches: [branch], tiling: tiling)
  }
}
