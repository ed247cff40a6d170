package import Tensors

/// A safetensors file: named tensors, and text about them.
///
///     | length of the header, 8 bytes | header: JSON, padded with spaces | bytes of all tensors |
///
/// The header maps each tensor's name to its type, shape and place among the bytes, which leave no
/// hole; the entry `__metadata__` maps names to text.
package struct Safetensors: Sendable {
  /// One tensor.
  package struct Entry: Sendable {
    package var type: TensorType
    /// Inside the file.
    package var range: Range<Int>
  }

  package let file: FileBytes
  package private(set) var tensors: [String: Entry] = [:]
  package private(set) var metadata: [String: String] = [:]

  /// The bytes before the header.
  static let prefixByteCount = 8
  /// The greatest header that is read, as by other readers of the format.
  static let maximumHeaderByteCount = 100_000_000
  /// What tensors start at a multiple of, if the sizes before them allow it.
  static let alignment = 64
  static let metadataName = "__metadata__"
  /// The tensor that ``SafetensorsWriter/seal()`` adds.
  static let sealName = "crc32"

  /// Whether a file of `byteCount` bytes that begins with `bytes` looks like this format.
  ///
  /// - Parameter bytes: nine bytes, or fewer where the file is shorter.
  package static func isLikely(_ bytes: some Collection<UInt8>, byteCount: Int) -> Bool {
    guard bytes.count > prefixByteCount, bytes.dropFirst(prefixByteCount).first == UInt8(ascii: "{")
    else { return false }
    return headerByteCount(bytes) <= UInt64(byteCount - prefixByteCount)
  }

  private static func headerByteCount(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.prefix(prefixByteCount).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Whether a file ends in the seal of its bytes; nothing else of it is looked at.
  ///
  /// - Complexity: O(bytes).
  static func isSealed(_ file: FileBytes) -> Bool {
    let sealByteCount = MemoryLayout<UInt32>.size
    let sealed = file.bytes.dropLast(sealByteCount)
    guard sealed.count + sealByteCount == file.bytes.count else { return false }
    let seal = file.bytes.loadUnaligned(fromByteOffset: sealed.count, as: UInt32.self)
    return CRC32.checksum(UnsafeRawBufferPointer(rebasing: sealed)) == UInt32(littleEndian: seal)
  }

  /// Reads the header; the tensors stay in the file.
  ///
  /// - Throws: `invalidFile` for a header that is malformed, or whose tensors are not the bytes after
  ///   it; `unsupported` for types that Hewn lacks.
  package init(_ file: FileBytes) throws(HewnError) {
    self.file = file
    guard file.bytes.count >= Self.prefixByteCount else {
      throw HewnError(.invalidFile, "\(file.bytes.count) bytes are no safetensors file")
    }
    let count = Self.headerByteCount(file.bytes)
    guard count <= Self.maximumHeaderByteCount else {
      throw HewnError(
        .invalidFile,
        "no safetensors file: a header of \(count) bytes, above the limit of"
          + " \(Self.maximumHeaderByteCount)")
    }
    let start = Self.prefixByteCount + Int(count)
    guard start <= file.bytes.count else {
      throw HewnError(
        .invalidFile,
        "the file ends in its header: it has \(file.bytes.count) bytes, the header ends at"
          + " \(start)")
    }
    var parser = SafetensorsHeaderParser(
      UnsafeRawBufferPointer(rebasing: file.bytes[Self.prefixByteCount..<start]))
    let header = try parser.parse()
    metadata = header.metadata
    for (name, tensor) in header.tensors {
      tensors[name] = try Self.entry(
        name, tensor, dataStart: start, dataByteCount: file.bytes.count - start)
    }
    try checkHoles(from: start)
  }

  private static func entry(
    _ name: String, _ tensor: SafetensorsHeaderParser.Tensor, dataStart: Int, dataByteCount: Int
  ) throws(HewnError) -> Entry {
    guard let element = ElementType(safetensorsName: tensor.dtype) else {
      throw HewnError(
        .unsupported, "tensor \"\(name)\" has the type \(tensor.dtype), which Hewn lacks")
    }
    let type = TensorType(element, try Shape(checking: tensor.shape))
    let (first, end) = tensor.offsets
    guard first >= 0, first <= end, end <= dataByteCount else {
      throw HewnError(
        .invalidFile,
        "tensor \"\(name)\" has bytes \(first) to \(end) of \(dataByteCount): the file is damaged"
          + " or cut off")
    }
    guard end - first == type.byteCount else {
      throw HewnError(
        .invalidFile, "tensor \"\(name)\" has \(end - first) bytes, a \(type) has \(type.byteCount)"
      )
    }
    return Entry(type: type, range: dataStart + first..<dataStart + end)
  }

  /// - Throws: `invalidFile` where tensors overlap or leave bytes to nobody.
  private func checkHoles(from start: Int) throws(HewnError) {
    var next = start
    let ranges = tensors.values.map(\.range).sorted {
      ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
    }
    for range in ranges {
      guard range.lowerBound == next else {
        throw HewnError(
          .invalidFile,
          "tensors \(range.lowerBound < next ? "overlap" : "leave a hole") at byte \(next)")
      }
      next = range.upperBound
    }
    guard next == file.bytes.count else {
      throw HewnError(.invalidFile, "\(file.bytes.count - next) bytes belong to no tensor")
    }
  }
}

extension ElementType {
  /// The type's name in safetensors files.
  var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int8: "I8"
    case .int16: "I16"
    case .int32: "I32"
    case .int64: "I64"
    case .uint8: "U8"
    case .uint16: "U16"
    case .uint32: "U32"
    case .uint64: "U64"
    case .bool: "BOOL"
    }
  }

  init?(safetensorsName name: String) {
    guard let type = Self.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
    self = type
  }
}
