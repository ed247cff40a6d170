internal import Tensors

/// Reads the fields of protocol buffer messages one after the other, without decoding what they
/// hold.
///
/// A reader stands in one message; ``reader(for:)`` makes one for a message inside it. They share a
/// window over the source, so that neither the file nor a field need be in memory.
struct WireReader {
  struct Field {
    enum Content {
      case varint(UInt64)
      /// Four or eight bytes.
      case fixed
      /// The bytes of a string, a packed list or a message, by their positions in the source.
      case bytes(Range<Int>)
    }
    let number: Int
    let content: Content
    /// The whole field with its tag.
    let range: Range<Int>
  }

  private let window: SourceWindow
  private(set) var position: Int
  private let end: Int

  init(_ source: ByteSource) {
    window = SourceWindow(source)
    position = 0
    end = source.byteCount
  }

  private init(window: SourceWindow, _ range: Range<Int>) {
    self.window = window
    position = range.lowerBound
    end = range.upperBound
  }

  /// A reader of the message that a field of this one holds.
  func reader(for range: Range<Int>) -> WireReader { WireReader(window: window, range) }

  /// The next field; `nil` at the end of the message.
  ///
  /// - Throws: `invalidFile` for bytes that are no fields, `io`.
  mutating func next() throws(HewnError) -> Field? {
    guard position < end else { return nil }
    let start = position
    let tag = try varint()
    guard tag >> 3 > 0, tag < 1 << 32 else { throw Self.malformed }
    let content: Field.Content
    switch tag & 7 {
    case 0: content = .varint(try varint())
    case 1: content = try fixed(byteCount: 8)
    case 2:
      let length = try varint()
      guard length <= UInt64(Int32.max) else { throw Self.malformed }
      guard Int(length) <= end - position else { throw Self.truncated }
      content = .bytes(position..<position + Int(length))
      position += Int(length)
    case 5: content = try fixed(byteCount: 4)
    // Groups, 3 and 4, were abandoned before ONNX began.
    default: throw Self.malformed
    }
    return Field(number: Int(tag >> 3), content: content, range: start..<position)
  }

  /// The next number of a packed list; `nil` at its end.
  ///
  /// - Throws: as ``next()``.
  mutating func nextNumber() throws(HewnError) -> UInt64? {
    position < end ? try varint() : nil
  }

  private mutating func fixed(byteCount: Int) throws(HewnError) -> Field.Content {
    guard byteCount <= end - position else { throw Self.truncated }
    position += byteCount
    return .fixed
  }

  private mutating func varint() throws(HewnError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      guard position < end else { throw Self.truncated }
      let byte = try window.byte(at: position)
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Self.malformed
  }

  /// Appends the bytes of a range of the source to an array.
  func copy(_ range: Range<Int>, to bytes: inout [UInt8]) throws(HewnError) {
    try window.copy(range, to: &bytes)
  }

  private static var malformed: HewnError {
    HewnError(.invalidFile, "not an ONNX model: malformed protocol buffer")
  }
  private static var truncated: HewnError {
    HewnError(.invalidFile, "not an ONNX model: the data ends early")
  }
}

/// The bytes of a source around a position.
private final class SourceWindow {
  private let source: ByteSource
  private var bytes: [UInt8] = []
  private var start = 0

  static let byteCount = 1 << 16

  init(_ source: ByteSource) { self.source = source }

  func byte(at position: Int) throws(HewnError) -> UInt8 {
    if position < start || position >= start + bytes.count { try move(to: position) }
    return bytes[position - start]
  }

  func copy(_ range: Range<Int>, to target: inout [UInt8]) throws(HewnError) {
    var position = range.lowerBound
    while position < range.upperBound {
      _ = try byte(at: position)
      let end = min(range.upperBound, start + bytes.count)
      target += bytes[(position - start)..<(end - start)]
      position = end
    }
  }

  private func move(to position: Int) throws(HewnError) {
    bytes = try source.bytes(position..<min(position + Self.byteCount, source.byteCount))
    start = position
  }
}

extension ByteSource {
  /// A few of the bytes as an array.
  func bytes(_ range: Range<Int>) throws(HewnError) -> [UInt8] {
    var failure: HewnError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      do throws(HewnError) {
        try read(
          into: UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(buffer)[..<range.count]), at: range.lowerBound)
        count = range.count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
