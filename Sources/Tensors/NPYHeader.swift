/// The header of a NumPy array file: element type and shape.
///
/// Source: NumPy enhancement proposal 1, versions 1.0, 2.0 and 3.0 of the format.
package struct NPYHeader: Equatable {
  package var elementType: ElementType
  package var shape: [Int]

  package init(elementType: ElementType, shape: [Int]) {
    self.elementType = elementType
    self.shape = shape
  }

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The longest header text that is read; NumPy's own limit is 10,000.
  static let maximumTextByteCount = 1 << 16
  /// A header lies within so many bytes of the file's start.
  package static let maximumByteCount = magic.count + 6 + maximumTextByteCount
  /// What the position of the elements is a multiple of.
  static let alignment = 64

  /// Element types by their NumPy names.
  private static let types: [(descriptor: String, type: ElementType)] = [
    ("f4", .float32), ("f8", .float64), ("f2", .float16),
    ("i1", .int8), ("i2", .int16), ("i4", .int32), ("i8", .int64),
    ("u1", .uint8), ("u2", .uint16), ("u4", .uint32), ("u8", .uint64), ("b1", .bool),
  ]

  /// Reads the header at the start of a file.
  ///
  /// - Returns: the header and the position of the first element.
  /// - Throws: `invalidFile` for what is no such header, `unsupported` for column-major and
  ///   big-endian arrays and for other element types.
  package static func parse(
    _ bytes: [UInt8]
  ) throws(HewnError) -> (header: NPYHeader, start: Int) {
    guard bytes.starts(with: magic), bytes.count >= magic.count + 2 else {
      throw HewnError(.invalidFile, "not a NumPy array file (.npy)")
    }
    let version = bytes[magic.count]
    guard (1...3).contains(version), bytes[magic.count + 1] == 0 else {
      throw HewnError(
        .unsupported, "version \(version).\(bytes[magic.count + 1]) of the .npy format")
    }
    let lengthByteCount = version == 1 ? 2 : 4
    let textStart = magic.count + 2 + lengthByteCount
    guard bytes.count >= textStart else { throw truncated }
    let length = bytes[(textStart - lengthByteCount)..<textStart].reversed()
      .reduce(0) { $0 << 8 | Int($1) }
    guard length <= maximumTextByteCount else {
      throw HewnError(.invalidFile, "a .npy header of \(length) bytes is beyond the limit")
    }
    guard bytes.count - textStart >= length else { throw truncated }
    let text = bytes[textStart..<(textStart + length)]
    var literal = PythonLiteral(text)
    guard case .dictionary(let entries) = try literal.parseWhole() else {
      throw HewnError(.invalidFile, "the .npy header is not a dictionary")
    }
    return (try header(from: entries), textStart + length)
  }

  private static var truncated: HewnError {
    HewnError(.invalidFile, "the .npy file ends within its header")
  }

  private static func header(
    from entries: [String: PythonLiteral.Value]
  ) throws(HewnError) -> NPYHeader {
    guard let descriptor = entries["descr"], let order = entries["fortran_order"],
      case .tuple(let extents)? = entries["shape"]
    else {
      throw HewnError(.invalidFile, "the .npy header lacks descr, fortran_order or shape")
    }
    let elementType = try elementType(of: descriptor)
    guard case .boolean(let isColumnMajor) = order else {
      throw HewnError(.invalidFile, "fortran_order in the .npy header is neither True nor False")
    }
    guard !isColumnMajor || extents.count < 2 else {
      throw HewnError(
        .unsupported,
        "the array is in Fortran order; save it with np.save(file, np.ascontiguousarray(array))")
    }
    return NPYHeader(elementType: elementType, shape: extents)
  }

  private static func elementType(
    of descriptor: PythonLiteral.Value
  ) throws(HewnError) -> ElementType {
    guard case .string(let text) = descriptor, let order = text.first else {
      throw HewnError(.unsupported, "the array has structured elements; save one plain field")
    }
    let name = String(text.dropFirst())
    guard let type = types.first(where: { $0.descriptor == name })?.type else {
      let known = types.map(\.descriptor).joined(separator: ", ")
      throw HewnError(
        .unsupported, "elements of type \"\(text)\"; convert them with array.astype to \(known)")
    }
    guard order == "<" || order == "=" || (order == "|" && type.byteCount == 1) else {
      throw HewnError(
        .unsupported,
        "elements of type \"\(text)\" are big-endian; convert them with"
          + " array.astype(\"<\(name)\")")
    }
    return type
  }

  /// The bytes that precede the elements, in version 1.0.
  ///
  /// - Precondition: the element type has a NumPy name; `bfloat16` has none.
  package func encoded() -> [UInt8] {
    let name = Self.types.first { $0.type == elementType }?.descriptor
    guard let name else { preconditionFailure("\(elementType) has no NumPy name") }
    let order = elementType.byteCount == 1 ? "|" : "<"
    // A tuple of one needs its comma.
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text =
      "{'descr': '\(order)\(name)', 'fortran_order': False, 'shape': (\(extents)), }"
    let prefix = Self.magic.count + 4
    let unpadded = prefix + text.utf8.count + 1
    let padded = (unpadded + Self.alignment - 1) / Self.alignment * Self.alignment
    let length = padded - prefix
    return Self.magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8)
      + [UInt8](repeating: UInt8(ascii: " "), count: padded - unpadded) + [UInt8(ascii: "\n")]
  }
}
