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
