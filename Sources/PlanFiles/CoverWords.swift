internal import Covers
internal import Tensors

/// Outlines of covers as the integers of a tensor, one after the other:
///
///     rows · filter at each position · rows of the first root group · segments ·
///     for each segment: first row · height · taps · each tap
///
/// No cover is without rows: a 0 in the place of their number ends the outlines, as does the tensor's end.
enum CoverWords {
  /// - Precondition: the covers are of matrices that fit in memory, whose extents are of 31 bits.
  static func words(_ outlines: [CoverOutline]) -> [Int32] {
    var words: [Int32] = []
    func append(_ value: Int) { words.append(Int32(value)) }
    for outline in outlines {
      append(outline.order.count)
      for filter in outline.order { append(filter) }
      append(outline.rootHeight)
      append(outline.segments.count)
      for segment in outline.segments {
        append(segment.firstRow)
        append(segment.height)
        append(segment.taps.count)
        words += segment.taps
      }
    }
    return words
  }

  /// Reads outlines. Whether they are those of covers is for ``Cover/init(_:of:)`` to tell.
  ///
  /// - Throws: `invalidFile` where the words end early, or a count is negative.
  static func outlines(_ words: [Int32]) throws(HewnError) -> [CoverOutline] {
    var reader = Reader(words: words[...])
    var outlines: [CoverOutline] = []
    while let rows = reader.words.first, rows != 0 {
      let order = try reader.run().map(Int.init)
      let rootHeight = try reader.next()
      var outline = CoverOutline(order: order, rootHeight: rootHeight, segments: [])
      // Not reserved: the count may be any.
      for _ in 0..<(try reader.count()) {
        outline.segments.append(
          CoverOutline.Segment(
            firstRow: try reader.next(), height: try reader.next(), taps: try reader.run()))
      }
      outlines.append(outline)
    }
    return outlines
  }

  private struct Reader {
    var words: ArraySlice<Int32>

    mutating func next() throws(HewnError) -> Int {
      guard let word = words.popFirst() else {
        throw HewnError(.invalidFile, "the description of covers ends early")
      }
      return Int(word)
    }

    mutating func count() throws(HewnError) -> Int {
      let count = try next()
      guard count >= 0 else { throw HewnError(.invalidFile, "a cover with \(count) parts") }
      return count
    }

    /// A count, and as many words.
    mutating func run() throws(HewnError) -> [Int32] {
      let count = try count()
      guard count <= words.count else {
        throw HewnError(.invalidFile, "the description of covers ends early")
      }
      defer { words = words.dropFirst(count) }
      return Array(words.prefix(count))
    }
  }
}
