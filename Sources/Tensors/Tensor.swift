#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A dense, row-major, immutable tensor in host memory.
///
/// Copies share storage. Elements are aligned to 64 bytes, those in a mapped file to their own size.
package struct Tensor: Sendable {
  package let type: TensorType
  private let storage: TensorStorage

  package var shape: Shape { type.shape }
  package var element: ElementType { type.element }

  private init(type: TensorType, storage: TensorStorage) {
    self.type = type
    self.storage = storage
  }

  /// Makes a tensor whose bytes are written by `initialize`; they are zero before.
  ///
  /// - Throws: `outOfMemory`, or what `initialize` throws.
  package init(
    type: TensorType, initializingBytes initialize: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    try MemoryLimit.check(type.byteCount, for: "a tensor of \(type)")
    let storage = try TensorStorage(byteCount: type.byteCount)
    try initialize(storage.bytes)
    self.init(type: type, storage: storage)
  }

  /// Makes a tensor from elements in row-major order.
  ///
  /// - Precondition: `elements.count` is the shape's element count.
  package init<Element: TensorElement>(_ shape: Shape, _ elements: [Element]) {
    precondition(elements.count == shape.elementCount, "\(elements.count) elements for \(shape)")
    let storage: TensorStorage
    do {
      storage = try TensorStorage(byteCount: shape.elementCount * MemoryLayout<Element>.stride)
    } catch {
      preconditionFailure("\(error)")
    }
    elements.withUnsafeBytes { storage.bytes.copyMemory(from: $0) }
    self.init(type: TensorType(Element.elementType, shape), storage: storage)
  }

  /// A tensor whose elements stay where they are in a file. They are read when they are used, which
  /// nothing but the caller has checked.
  ///
  /// - Precondition: the region holds the type's bytes and starts at a multiple of the element size.
  package init(type: TensorType, in region: FileRegion) {
    precondition(
      region.range.count == type.byteCount
        && region.range.lowerBound.isMultiple(of: type.element.byteCount),
      "\(region.range) for \(type)")
    self.init(type: type, storage: TensorStorage(region))
  }

  /// A tensor of rank 0.
  package init<Element: TensorElement>(scalar: Element) { self.init([], [scalar]) }

  /// The raw bytes, little-endian; valid while this tensor or a copy lives.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(storage.bytes) }

  /// Calls `body` with the raw bytes, little-endian.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) { try body(UnsafeRawBufferPointer(storage.bytes)) }
  }

  /// Calls `body` with the elements.
  ///
  /// - Precondition: `Element` is this tensor's element type.
  package func withElements<Element: TensorElement, Result>(
    as _: Element.Type, _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    precondition(Element.elementType == element, "\(Element.elementType) read from \(type)")
    return try withUnsafeBytes { try body($0.assumingMemoryBound(to: Element.self)) }
  }

  /// The elements as an array.
  ///
  /// - Precondition: `Element` is this tensor's element type.
  package func elements<Element: TensorElement>(as _: Element.Type) -> [Element] {
    withElements(as: Element.self) { Array($0) }
  }

  /// The same elements under another shape.
  ///
  /// - Precondition: the element counts are equal.
  package func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.elementCount == self.shape.elementCount, "\(self.shape) as \(shape)")
    return Tensor(type: TensorType(element, shape), storage: storage)
  }
}

/// Owns the bytes of a tensor.
private final class TensorStorage: @unchecked Sendable {
  // Unchecked because of the raw pointer: bytes are written before the tensor is published only.
  let bytes: UnsafeMutableRawBufferPointer
  /// What owns the bytes, where they are part of a file; nobody writes them then.
  private let region: FileRegion?

  static let alignment = 64

  init(_ region: FileRegion) {
    self.region = region
    bytes = UnsafeMutableRawBufferPointer(mutating: region.bytes)
  }

  init(byteCount: Int) throws(HewnError) {
    let size = (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
    guard let memory = aligned_alloc(Self.alignment, max(size, Self.alignment)) else {
      throw HewnError(.outOfMemory, "no memory for a tensor of \(byteCount) bytes")
    }
    memset(memory, 0, max(size, Self.alignment))
    bytes = UnsafeMutableRawBufferPointer(start: memory, count: byteCount)
    region = nil
  }

  deinit { if region == nil { free(bytes.baseAddress) } }
}
