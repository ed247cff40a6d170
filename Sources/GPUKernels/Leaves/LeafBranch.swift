package import Covers

/// Some rows of a convolution, with what they read: a group of a convolution, or all rows.
package struct LeafBranch: Sendable {
  /// The columns of the filter matrix, with absolute channels.
  package var taps: [BlockTap]
  /// What represents the filter matrix; root groups have at most ``LeafSegment/rootRows`` rows.
  package var cover: Cover
  /// The output row of filter 0.
  package var firstRow: Int
  /// One for each filter of the branch.
  package var bias: [Float]

  /// - Precondition: as many taps as the cover has columns, as many biases as it has rows, and no
  ///   root group of more than 8 rows.
  package init(taps: [BlockTap], cover: Cover, firstRow: Int = 0, bias: [Float]) {
    precondition(taps.count == cover.taps, "\(taps.count) taps for a cover of \(cover.taps)")
    precondition(bias.count == cover.rows, "\(bias.count) biases for \(cover.rows) filters")
    precondition(
      cover.rootGroups.allSatisfy { $0.count <= LeafSegment.rootRows },
      "root groups have at most \(LeafSegment.rootRows) rows")
    (self.taps, self.cover, self.firstRow, self.bias) = (taps, cover, firstRow, bias)
  }
}

/// The box around the taps of a convolution.
package struct TapWindow: Hashable, Sendable {
  package var y: ClosedRange<Int>
  package var x: ClosedRange<Int>

  /// Of no taps, the one pixel (0, 0).
  package init(_ taps: some Sequence<BlockTap>) {
    var window: TapWindow?
    for tap in taps {
      guard let known = window else {
        window = TapWindow(y: tap.y...tap.y, x: tap.x...tap.x)
        continue
      }
      window = TapWindow(
        y: min(known.y.lowerBound, tap.y)...max(known.y.upperBound, tap.y),
        x: min(known.x.lowerBound, tap.x)...max(known.x.upperBound, tap.x))
    }
    self = window ?? TapWindow(y: 0...0, x: 0...0)
  }

  private init(y: ClosedRange<Int>, x: ClosedRange<Int>) { (self.y, self.x) = (y, x) }
}

/// The place of a segment in a root group of 8 rows. A leaf is a segment of one row.
package struct LeafSegment: Hashable, Sendable {
  package var height: Int
  /// Counted from the root group's first row.
  package var firstRow: Int

  /// Rows of a root group. Taller segments would save nothing: at 8 rows a tap's multiply-adds
  /// already take longer than its reads of shared memory.
  package static let rootRows = 8
  /// All of them in the order in which a chunk runs them: by descending height, then by row.
  package static let all: [LeafSegment] = [8, 4, 2, 1].flatMap { height in
    stride(from: 0, to: rootRows, by: height).map { LeafSegment(height: height, firstRow: $0) }
  }

  /// The place in ``all``.
  static func index(height: Int, firstRow: Int) -> Int {
    // Before height V lie 8/(2V) + 8/(4V) + … = 8/V − 1 segments.
    rootRows / height - 1 + firstRow / height
  }

  /// 32-bit words of a tap: its place in the stage, its weights, and what fills it up to 8 bytes.
  static func entryWordCount(height: Int) -> Int { (height + 2) / 2 * 2 }
}
