/// What a row block multiplies in one chunk.
///
///     header   for each root group 32 bytes: 8 × u16 steps of its segments, in the order of
///              `BlockTiling.segmentPlaces`; u32 offset of its taps; u32 offset of its weights; 8
///              bytes zero. Offsets are bytes from the packet's start.
///     taps     for each root group, segment and step: `stepTaps` × u32, bytes from the stage's start.
///              Where the segment has less, others of its taps fill up the step with weight 0: no row
///              reads anything that it does not multiply anyway.
///     weights  for each root group, segment and step:
///                warp       for each 16 rows 32 lanes × 16 bytes, the fragment of A (tf32x3: that of
///                           the high parts, then that of the low parts)
///                warpgroup  B as `BlockTiling.warpgroupWeights` describes it
///
/// Tap i of a step is k = i of the product.
package struct BlockPacket: Sendable {
  package static let headerByteCount = 32
  /// Where the offsets of taps and weights are within a header.
  package static let tapsOffsetPlace = 16
  package static let weightsOffsetPlace = 20

  /// Little-endian; a multiple of four.
  private(set) var words: [UInt32]

  /// A segment with its taps in order.
  struct Segment {
    /// Bytes from the stage's start; whole steps.
    var offsets: [Int]
    /// The column of the weights of each, `nil` where it fills up a step.
    var columns: [Int?]
    var weights: BlockSegment
  }

  /// - Parameters:
  ///   - roots: of each root group its segments.
  ///   - places: those of a step's weights by height.
  init(
    _ roots: [[Segment]], _ tiling: BlockTiling, places: [Int: [BlockTiling.WeightPlace]]
  ) {
    let stepTaps = tiling.precision.stepTaps
    var end = Self.headerByteCount * roots.count
    var starts: [(taps: Int, weights: Int)] = []
    for segments in roots {
      starts.append((end, 0))
      for segment in segments { end += 4 * segment.offsets.count }
    }
    for (root, segments) in roots.enumerated() {
      end = end.roundedUp(to: tiling.weightAlignment)
      starts[root].weights = end
      for segment in segments {
        end +=
          segment.offsets.count / stepTaps
          * tiling.stepWeightByteCount(height: segment.weights.height)
      }
    }
    words = Array(repeating: 0, count: end.roundedUp(to: 16) / 4)
    for (root, segments) in roots.enumerated() {
      let header = Self.headerByteCount * root
      var (taps, weights) = starts[root]
      store(UInt32(taps), at: header + Self.tapsOffsetPlace)
      store(UInt32(weights), at: header + Self.weightsOffsetPlace)
      for (index, segment) in segments.enumerated() {
        let steps = segment.offsets.count / stepTaps
        precondition(steps <= UInt16.max, "\(steps) steps of a segment in one chunk")
        store(UInt32(steps), at: header + 2 * index)
        for offset in segment.offsets {
          store(UInt32(offset), at: taps)
          taps += 4
        }
        storeWeights(segment, at: weights, tiling, places[segment.weights.height] ?? [])
        weights += steps * tiling.stepWeightByteCount(height: segment.weights.height)
      }
    }
  }

  private mutating func storeWeights(
    _ segment: Segment, at start: Int, _ tiling: BlockTiling, _ places: [BlockTiling.WeightPlace]
  ) {
    let (height, stepTaps) = (segment.weights.height, tiling.precision.stepTaps)
    let stepByteCount = tiling.stepWeightByteCount(height: height)
    for step in 0..<segment.columns.count / stepTaps {
      for place in places {
        guard let column = segment.columns[step * stepTaps + place.tap] else { continue }
        let weight = segment.weights.weights[column * height + place.row]
        let bits = tiling.precision.bits(weight)
        let offset = start + step * stepByteCount + place.offset
        store(bits.first, at: offset)
        if let second = bits.second { store(second, at: offset + BlockTiling.secondPartOffset) }
      }
    }
  }

  /// Stores 32 bits, or 16 bits at an even offset, where zeros were.
  private mutating func store(_ bits: UInt32, at offset: Int) {
    words[offset / 4] |= bits << UInt32(8 * (offset % 4))
  }
}
