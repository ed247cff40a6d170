internal import Images
internal import Tensors

/// Goes through the pictures of a set in order.
struct ImageReader {
  /// A picture that is not decoded yet.
  struct Picture: Sendable {
    var item: ImageSet.Item
    /// Reads and decodes the picture; may be called on any thread.
    var image: @Sendable () throws(HewnError) -> Image
  }

  private let set: ImageSet
  private var rest: ArraySlice<ImageSet.Item>
  /// Where pictures lie behind each other in one stream.
  private var stream: ZIPEntryReader?
  /// The picture that the stream is at.
  private var position = 0

  init(_ set: ImageSet) {
    self.set = set
    rest = set.items[...]
  }

  /// The next `count` pictures, fewer only at the end.
  ///
  /// - Throws: what reading an array throws; files are read when their picture is asked for.
  mutating func next(_ count: Int) throws(HewnError) -> [Picture] {
    let items = rest.prefix(count)
    rest = rest.dropFirst(count)
    var pictures: [Picture] = []
    for item in items {
      switch set.source {
      case .files(let files):
        pictures.append(
          Picture(item: item) { () throws(HewnError) in try files.image(at: item.position) })
      case .arrays(let arrays):
        let pixels = try pixels(of: item.position, in: arrays)
        pictures.append(
          Picture(item: item) { () throws(HewnError) in arrays.image(of: pixels) })
      }
    }
    return pictures
  }

  private mutating func pixels(
    of index: Int, in arrays: ImageArrays
  ) throws(HewnError) -> [UInt8] {
    var reader: ZIPEntryReader
    if let stream { reader = stream } else { reader = try arrays.makeReader() }
    // Positions only grow, and all pictures lie within the array.
    try reader.skip((index - position) * arrays.imageByteCount)
    let pixels = try reader.read(arrays.imageByteCount)
    position = index + 1
    stream = reader
    return pixels
  }
}
