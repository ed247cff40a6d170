package import Covers
internal import Tensors

/// Some rows of a convolution on blocks, with what they read: a group of a convolution, a phase of a
/// transposed one, or all rows.
package struct BlockBranch: Sendable {
  /// The columns of the filter matrix, with absolute channels.
  package var taps: [BlockTap]
  /// What represents the filter matrix.
  package var cover: Cover
  /// The output row of filter 0.
  package var firstRow: Int
  /// One for each filter of the branch.
  package var bias: [Float]

  /// - Precondition: as many taps as the cover has columns, as many biases as it has rows.
  package init(taps: [BlockTap], cover: Cover, firstRow: Int = 0, bias: [Float]) {
    precondition(taps.count == cover.taps, "\(taps.count) taps for a cover of \(cover.taps)")
    precondition(bias.count == cover.rows, "\(bias.count) biases for \(cover.rows) filters")
    self.taps = taps
    self.cover = cover
    self.firstRow = firstRow
    self.bias = bias
  }
}

/// The rows of one warp, at `rootRows` positions of a cover, and what it multiplies them with.
struct BlockRoot: Sendable {
  /// Output rows; `noRow` where the cover ended.
  var rows: [UInt32]
  var bias: [Float]
  /// As many as ``BlockTiling/segmentPlaces``.
  var segments: [BlockSegment]
  /// Products of 16 rows, a step and a pixel.
  var work = 0

  /// A row that is not stored.
  static let noRow = UInt32.max

  /// A root group of no rows, which fills up a row block.
  init(_ tiling: BlockTiling) {
    rows = Array(repeating: Self.noRow, count: tiling.rootRows)
    bias = Array(repeating: 0, count: tiling.rootRows)
    segments = tiling.segmentPlaces.map { BlockSegment(height: $0.height) }
  }

  /// The root groups of a branch, in the order of positions.
  ///
  /// Row groups lie at multiples of their heights, so that those of at most `rootRows` rows lie
  /// within one root group, and taller ones are cut. Leaves, and segments of less than 16 rows, go
  /// to the 16 rows in which they lie.
  ///
  /// - Throws: `unsupported` where a weight is beyond what the precision can represent.
  /// - Complexity: O(slots of the cover).
  static func all(_ branch: BlockBranch, _ tiling: BlockTiling) throws(HewnError) -> [BlockRoot] {
    let cover = branch.cover
    let height = tiling.rootRows
    var roots = Array(
      repeating: BlockRoot(tiling), count: cover.rows.dividedRoundingUp(by: height))
    for (position, filter) in cover.order.enumerated() {
      let (root, row) = position.quotientAndRemainder(dividingBy: height)
      roots[root].rows[row] = UInt32(branch.firstRow + filter)
      roots[root].bias[row] = branch.bias[filter]
    }
    for segment in cover.segments {
      let part = min(max(segment.height, BlockTiling.bandRows), height)
      for first in stride(from: 0, to: segment.height, by: part) {
        let (root, row) = (segment.firstRow + first).quotientAndRemainder(dividingBy: height)
        let index = tiling.segmentIndex(height: part, row: row)
        let count = min(part, segment.height)
        for (t, tap) in segment.taps.enumerated() {
          let start = t * segment.height + first
          roots[root].segments[index].add(
            segment.weights[start..<start + count], tap: Int(tap), firstRow: row % part)
        }
      }
    }
    for (position, leaves) in cover.leavesByRow.enumerated() {
      let (root, row) = position.quotientAndRemainder(dividingBy: height)
      let index = tiling.segmentIndex(height: BlockTiling.bandRows, row: row)
      for leaf in leaves {
        roots[root].segments[index].add(
          [leaf.weight], tap: Int(leaf.tap), firstRow: row % BlockTiling.bandRows)
      }
    }
    let chunks = Self.chunks(of: branch.taps, tiling)
    for index in roots.indices { try roots[index].finish(branch.taps, chunks, tiling) }
    return roots
  }

  /// The chunk of each tap: that of its channel, which is cut where a channel alone has too many.
  private static func chunks(of taps: [BlockTap], _ tiling: BlockTiling) -> [BlockChunkKey] {
    var counts: [Int: Int] = [:]
    return taps.map { tap in
      let index = counts[tap.channel, default: 0]
      counts[tap.channel] = index + 1
      return BlockChunkKey(
        chunk: tap.channel / tiling.channelsPerChunk,
        part: tiling.channelsPerChunk == 1 ? index / BlockTiling.channelTapLimit : 0)
    }
  }

  /// Checks the weights and counts the work.
  private mutating func finish(
    _ taps: [BlockTap], _ chunks: [BlockChunkKey], _ tiling: BlockTiling
  ) throws(HewnError) {
    let limit = tiling.precision.weightLimit
    for (index, place) in tiling.segmentPlaces.enumerated() {
      for (offset, weight) in segments[index].weights.enumerated() where weight.magnitude >= limit {
        let row = rows[place.firstRow + offset % place.height]
        throw tiling.precision.rangeError(weight, row: row)
      }
      segments[index].locate(in: taps, chunks)
      for columns in segments[index].columnsByChunk.values {
        work += columns.count.dividedRoundingUp(by: tiling.precision.stepTaps) * place.bandCount
      }
    }
  }
}

/// Taps that the same rows of a root group read, with their weights.
struct BlockSegment: Sendable {
  let height: Int
  /// The weights, column by column: the weight of column i and row r is at `i · height + r`.
  private(set) var weights: [Float] = []
  /// The column of the filter matrix of each column here.
  private var columnTaps: [Int] = []
  private var columnOfTap: [Int: Int] = [:]
  /// The place of each column.
  private(set) var taps: [BlockTap] = []
  /// The columns of each chunk of channels that has any, ascending.
  private(set) var columnsByChunk: [BlockChunkKey: [Int]] = [:]

  init(height: Int) { self.height = height }

  /// Adds weights of neighbouring rows.
  fileprivate mutating func add(_ values: ArraySlice<Float>, tap: Int, firstRow: Int) {
    let column = columnOfTap[tap] ?? columnTaps.count
    if column == columnTaps.count {
      columnOfTap[tap] = column
      columnTaps.append(tap)
      if values.count == height {
        weights += values
        return
      }
      weights += repeatElement(0, count: height)
    }
    for (row, value) in values.enumerated() {
      weights[column * height + firstRow + row] += value
    }
  }

  /// Gives the columns their places and their chunks.
  fileprivate mutating func locate(in places: [BlockTap], _ chunks: [BlockChunkKey]) {
    taps = columnTaps.map { places[$0] }
    for (column, tap) in columnTaps.enumerated() {
      columnsByChunk[chunks[tap], default: []].append(column)
    }
  }
}

/// A chunk of channels, or of one channel's taps.
struct BlockChunkKey: Hashable, Comparable, Sendable {
  var chunk: Int
  var part: Int

  static func < (left: BlockChunkKey, right: BlockChunkKey) -> Bool {
    (left.chunk, left.part) < (right.chunk, right.part)
  }
}
