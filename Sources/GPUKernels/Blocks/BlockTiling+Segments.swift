extension BlockTiling {
  /// Rows of a root group that one loop of a warp multiplies.
  package struct SegmentPlace: Hashable, Sendable {
    /// Rows of the segment: 16, 32 or 64.
    package var height: Int
    /// Its first row within the root group, a multiple of the height.
    package var firstRow: Int

    package init(height: Int, firstRow: Int) {
      self.height = height
      self.firstRow = firstRow
    }

    /// Bands of 16 rows: products for a step and a pixel.
    package var bandCount: Int { height / BlockTiling.bandRows }
  }

  /// Rows of one matrix product.
  package static let bandRows = 16

  /// Taps of a channel that are multiplied in one chunk, where channels are staged one by one: a
  /// channel of more is staged again for the others, so that packets stay small.
  package static let channelTapLimit = 128

  /// The segments of a root group in the order in which packets list them and warps run them: by
  /// descending height, then by row.
  package var segmentPlaces: [SegmentPlace] {
    var places: [SegmentPlace] = []
    var height = rootRows
    while height >= Self.bandRows {
      for firstRow in stride(from: 0, to: rootRows, by: height) {
        places.append(SegmentPlace(height: height, firstRow: firstRow))
      }
      height /= 2
    }
    return places
  }

  /// The index in ``segmentPlaces`` of the segment of `height` rows in which a row of the root group
  /// lies.
  func segmentIndex(height: Int, row: Int) -> Int { rootRows / height - 1 + row / height }

  /// Bytes of the weights of a step in a packet.
  package func stepWeightByteCount(height: Int) -> Int {
    switch precision {
    // A row's 16 or 8 weights in 16 or 32 bits.
    case .f16, .bf16, .tf32: 32 * height
    case .tf32x3: 64 * height
    }
  }

  /// Bytes of the tap offsets of a step in a packet.
  package var stepTapByteCount: Int { 4 * precision.stepTaps }

  /// What the weights of each root group in a packet are aligned to.
  package var weightAlignment: Int { form == .warp ? 16 : 128 }
}
