internal import Tensors

extension Tensor {
  /// The greatest size of an array file: 16 GiB.
  private static let maximumFileByteCount = 1 << 34

  /// Reads a NumPy array file.
  ///
  /// Versions 1.0 to 3.0 of the format, row-major and little-endian, with floating-point, integer
  /// or boolean elements.
  ///
  /// - Throws: ``HewnError``: `io` when the file cannot be read, otherwise what `init(npy:)`
  ///   throws.
  public init(contentsOfNPY path: String) throws {
    let bytes = try rethrowing { try Files.read(path, limit: Self.maximumFileByteCount) }
    do {
      self = try Tensor(npy: bytes)
    } catch {
      let error = HewnError(wrapping: error)
      throw HewnError(error.code, "\(path): \(error.message)")
    }
  }

  /// Decodes a NumPy array file.
  ///
  /// - Throws: ``HewnError``: `invalidFile` for a malformed header or a wrong length,
  ///   `unsupported` for column-major or big-endian arrays and for other element types.
  public init(npy bytes: [UInt8]) throws {
    let (header, start) = try rethrowing { try NPYHeader.parse(bytes) }
    let shape: Shape
    do {
      shape = try Shape(checking: header.shape)
    } catch {
      throw HewnError(.invalidFile, "the .npy header is invalid: \(error.message)")
    }
    // Shapes stay below 2^40 elements, so the product fits.
    let want = shape.elementCount * header.elementType.byteCount
    guard bytes.count - start == want else {
      throw HewnError(
        .invalidFile,
        "the .npy file holds \(bytes.count - start) bytes of elements, its header states \(want)")
    }
    try self.init(
      shape: header.shape, elementType: ElementType(header.elementType),
      bytes: Array(bytes[start...]))
  }

  /// Writes a NumPy array file (version 1.0), whole or not at all.
  ///
  /// `bfloat16` elements, for which NumPy has no name, are written as `float32`.
  ///
  /// - Throws: ``HewnError``: `io` when the file cannot be written.
  public func write(toNPY path: String) throws {
    let (header, elements) = try npyParts()
    try rethrowing { try Files.write([header, elements], to: path) }
  }

  /// Encodes a NumPy array file (version 1.0).
  public func npy() throws -> [UInt8] {
    let (header, elements) = try npyParts()
    return header + elements
  }

  private func npyParts() throws -> (header: [UInt8], elements: [UInt8]) {
    if elementType == .bfloat16 { return try converted().npyParts() }
    let header = NPYHeader(elementType: elementType.core, shape: shape).encoded()
    return (header, withUnsafeBytes { Array($0) })
  }
}
