internal import Tensors

/// A protocol buffer message in the making, as pieces of what will be written.
///
/// Most of a model is what its file already holds; such pieces are read only when they are written.
struct WireMessage {
  enum Piece {
    case bytes([UInt8])
    /// A range of the file that the message is made from.
    case source(Range<Int>)
    /// The little-endian elements of a tensor.
    case elements(Tensor)
  }

  private(set) var pieces: [Piece] = []
  private(set) var byteCount = 0

  /// Appends bytes of the source, one or more whole fields.
  mutating func copy(_ range: Range<Int>) {
    byteCount += range.count
    if case .source(let last)? = pieces.last, last.upperBound == range.lowerBound {
      pieces[pieces.count - 1] = .source(last.lowerBound..<range.upperBound)
    } else {
      pieces.append(.source(range))
    }
  }

  mutating func add(_ number: Int, _ message: WireMessage) {
    add(tag(number, wireType: 2) + varint(message.byteCount))
    pieces += message.pieces
    byteCount += message.byteCount
  }

  mutating func add(_ number: Int, _ text: String) {
    add(tag(number, wireType: 2) + varint(text.utf8.count) + Array(text.utf8))
  }

  mutating func add(_ number: Int, _ value: Int) {
    add(tag(number, wireType: 0) + varint(value))
  }

  /// Adds a tensor's elements as a field of bytes.
  mutating func add(_ number: Int, elementsOf tensor: Tensor) {
    add(tag(number, wireType: 2) + varint(tensor.type.byteCount))
    pieces.append(.elements(tensor))
    byteCount += tensor.type.byteCount
  }

  private mutating func add(_ bytes: [UInt8]) {
    pieces.append(.bytes(bytes))
    byteCount += bytes.count
  }

  private func tag(_ number: Int, wireType: Int) -> [UInt8] { varint(number << 3 | wireType) }

  private func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// Appends the message to a file.
  ///
  /// - Throws: `io`.
  func write(to file: borrowing WritableFile, from source: ByteSource) throws(HewnError) {
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): try file.write(bytes)
      case .elements(let tensor): try file.write(tensor)
      case .source(let range):
        var start = range.lowerBound
        while start < range.upperBound {
          let end = min(start + 1 << 20, range.upperBound)
          try file.write(try source.bytes(start..<end))
          start = end
        }
      }
    }
  }
}
