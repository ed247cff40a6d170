internal import Tensors

/// An integer type that stores one tensor element.
typealias IntegerElement = FixedWidthInteger & TensorElement

extension ElementType {
  /// The Swift type of an integer element type; `nil` for floating-point and bool.
  var integerType: (any IntegerElement.Type)? {
    switch self {
    case .int8: Int8.self
    case .int16: Int16.self
    case .int32: Int32.self
    case .int64: Int64.self
    case .uint8: UInt8.self
    case .uint16: UInt16.self
    case .uint32: UInt32.self
    case .uint64: UInt64.self
    case .float32, .float64, .float16, .bfloat16, .bool: nil
    }
  }
}

extension Tensor {
  /// Stores doubles as any element type: floating-point types round to nearest even, integers
  /// truncate toward zero and saturate (NaN becomes 0), bool is `value ≠ 0`.
  ///
  /// - Precondition: `values.count` is the shape's element count.
  init(rounding values: [Double], to type: TensorType) throws {
    switch type.element {
    case .float64: self.init(type.shape, values)
    case .float32: self.init(type.shape, values.map(Float.init))
    case .float16: try self.init(type, bits: values.map(HalfFormat.float16.bits))
    case .bfloat16: try self.init(type, bits: values.map(HalfFormat.bfloat16.bits))
    case .bool: self.init(type.shape, values.map { $0 != 0 })
    default:
      guard let integer = type.element.integerType else {
        throw HewnError(.internal, "\(type.element) is no integer type")
      }
      self = Self.saturating(values, integer, type.shape)
    }
  }

  private static func saturating<Integer: IntegerElement>(
    _ values: [Double], _: Integer.Type, _ shape: Shape
  ) -> Tensor {
    Tensor(shape, values.map { Integer(saturating: $0) })
  }

  private init(_ type: TensorType, bits: [UInt16]) throws {
    precondition(bits.count == type.shape.elementCount, "\(bits.count) elements for \(type)")
    try self.init(type: type) { bytes in
      bits.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
  }

  /// Calls `body` with the elements in double precision.
  func withDoubles<Result>(
    _ body: (UnsafeBufferPointer<Double>) throws -> Result
  ) rethrows -> Result {
    if element == .float64 { return try withElements(as: Double.self, body) }
    return try doubles().withUnsafeBufferPointer(body)
  }
}
