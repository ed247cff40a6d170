internal import Graphs
internal import ReferenceBackend
package import Tensors

/// A dense, row-major, immutable array of numbers.
///
/// Copies share their elements.
public struct Tensor: Sendable {
  package let core: Tensors.Tensor

  package init(_ core: Tensors.Tensor) { self.core = core }

  /// Makes a float tensor.
  ///
  /// - Parameters:
  ///   - shape: the extents, outermost first; empty for a scalar.
  ///   - floats: the elements in row-major order.
  /// - Throws: ``HewnError`` when the shape is invalid or does not hold `floats.count` elements.
  public init(shape: [Int], floats: [Float]) throws {
    let shape = try rethrowing { try Shape(checking: shape) }
    guard floats.count == shape.elementCount else {
      throw HewnError(
        .invalidArgument, "\(floats.count) elements given for a shape of \(shape.elementCount)")
    }
    self.init(Tensors.Tensor(shape, floats))
  }

  /// Makes a tensor from the little-endian bytes of its elements.
  ///
  /// - Throws: ``HewnError`` when the shape is invalid or the byte count does not fit it.
  public init(shape: [Int], elementType: ElementType, bytes: [UInt8]) throws {
    let type = try rethrowing { TensorType(elementType.core, try Shape(checking: shape)) }
    guard bytes.count == type.byteCount else {
      throw HewnError(
        .invalidArgument, "\(bytes.count) bytes given for a tensor of \(type.byteCount)")
    }
    self.init(
      try rethrowing {
        try Tensors.Tensor(type: type) { buffer in
          buffer.copyBytes(from: bytes)
          // Every other byte value would be an invalid Bool.
          if elementType == .bool {
            for index in buffer.indices where buffer[index] != 0 { buffer[index] = 1 }
          }
        }
      })
  }

  /// The extents, outermost first.
  public var shape: [Int] { core.shape.dimensions }

  /// The number of elements.
  public var elementCount: Int { core.shape.elementCount }

  /// The type of the elements.
  public var elementType: ElementType { ElementType(core.element) }

  /// The elements in row-major order, rounded to single precision where they are of another type.
  ///
  /// - Complexity: O(n); the elements are copied.
  public var floats: [Float] { core.floats() }

  /// Calls `body` with the elements' bytes, little-endian.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try core.withUnsafeBytes(body)
  }

  /// The same numbers as elements of another type: floating-point types round to nearest,
  /// integers truncate toward zero, and booleans are whether a number is not zero.
  ///
  /// - Throws: ``HewnError`` when memory runs out.
  public func converted(to type: ElementType = .float32) throws -> Tensor {
    if elementType == type { return self }
    return try rethrowing {
      let results = try Reference.evaluate(
        Cast(to: type.core), [core], [TensorType(type.core, core.shape)])
      guard let result = results.first else {
        throw Tensors.HewnError(.internal, "a cast without a result")
      }
      return Tensor(result)
    }
  }

  /// Makes a tensor of seeded random elements: floating-point numbers in −1..<1, others 0 or 1.
  ///
  /// The same seed gives the same elements on every machine.
  ///
  /// - Throws: ``HewnError`` when the shape is invalid or memory runs out.
  public static func random(
    shape: [Int], elementType: ElementType = .float32, seed: UInt64
  ) throws -> Tensor {
    var generator = SplitMix64(seed: seed)
    let type = try rethrowing { TensorType(elementType.core, try Shape(checking: shape)) }
    let tensor = try rethrowing {
      try Tensors.Tensor(type: type) { bytes in
        for index in 0..<type.shape.elementCount {
          switch elementType {
          case .float32:
            bytes.storeBytes(of: generator.uniform(), toByteOffset: 4 * index, as: Float.self)
          case .float64:
            let value = Double(generator.uniform())
            bytes.storeBytes(of: value, toByteOffset: 8 * index, as: Double.self)
          case .float16, .bfloat16:
            // Sign, one bit of exponent and all of the fraction of ±(1/2…1) in either format.
            let bits = UInt16(truncatingIfNeeded: generator.next())
            let exponent: UInt16 = elementType == .float16 ? 0x3800 : 0x3f00
            let fraction: UInt16 = elementType == .float16 ? 0x3ff : 0x7f
            bytes.storeBytes(
              of: bits & (0x8000 | fraction) | exponent, toByteOffset: 2 * index, as: UInt16.self)
          case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .bool:
            // The lowest byte comes first.
            bytes[index * elementType.byteCount] = UInt8(generator.next() >> 63)
          }
        }
      }
    }
    return Tensor(tensor)
  }
}
