internal import Tensors

/// The type of a tensor's elements.
public enum ElementType: String, Hashable, Sendable, CaseIterable, Codable {
  /// A floating-point number; `bfloat16` is the upper half of a `float32`.
  case float32, float64, float16, bfloat16
  /// A signed integer.
  case int8, int16, int32, int64
  /// An unsigned integer.
  case uint8, uint16, uint32, uint64
  /// A byte that is 0 or 1.
  case bool

  init(_ element: Tensors.ElementType) {
    switch element {
    case .float32: self = .float32
    case .float64: self = .float64
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    case .int8: self = .int8
    case .int16: self = .int16
    case .int32: self = .int32
    case .int64: self = .int64
    case .uint8: self = .uint8
    case .uint16: self = .uint16
    case .uint32: self = .uint32
    case .uint64: self = .uint64
    case .bool: self = .bool
    }
  }

  var core: Tensors.ElementType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .bool: .bool
    }
  }

  /// The size of one element in bytes.
  public var byteCount: Int { core.byteCount }

  /// Whether elements are floating-point numbers.
  public var isFloatingPoint: Bool { core.isFloatingPoint }
}
