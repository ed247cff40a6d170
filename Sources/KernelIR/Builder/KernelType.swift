internal import Tensors

/// A type of values in a kernel, as ``Value`` is generic over it.
package protocol KernelType: Sendable {
  static var type: ValueType { get }
}

/// Types with + − × and comparisons.
package protocol KernelNumber: KernelType {
  /// The bits of a number that the kernel's source writes down.
  static func bits(of number: Double) -> UInt64
}

package protocol KernelInteger: KernelNumber {}
package protocol KernelFloat: KernelNumber {}

/// Types whose value is one IEEE number of 16 or 32 bits.
package protocol KernelScalarFloat: KernelFloat {}

package enum Predicate: KernelType {
  package static var type: ValueType { .predicate }
}

package enum F32: KernelScalarFloat {
  package static var type: ValueType { .f32 }
  package static func bits(of number: Double) -> UInt64 { UInt64(Float(number).bitPattern) }
}

package enum F16: KernelScalarFloat {
  package static var type: ValueType { .f16 }
  package static func bits(of number: Double) -> UInt64 { UInt64(Half.bits(of: number)) }
}

/// Two f16; the first in the low half.
package enum F16x2: KernelFloat {
  package static var type: ValueType { .f16x2 }
  package static func bits(of number: Double) -> UInt64 { F16.bits(of: number) * 0x1_0001 }
}

/// Two bf16; the first in the low half.
package enum BF16x2: KernelFloat {
  package static var type: ValueType { .bf16x2 }
  package static func bits(of number: Double) -> UInt64 {
    UInt64(Half.brainBits(of: number)) * 0x1_0001
  }
}

package enum U32: KernelInteger {
  package static var type: ValueType { .u32 }
  package static func bits(of number: Double) -> UInt64 { UInt64(UInt32(number)) }
}

package enum S32: KernelInteger {
  package static var type: ValueType { .s32 }
  package static func bits(of number: Double) -> UInt64 {
    UInt64(UInt32(bitPattern: Int32(number)))
  }
}

package enum U64: KernelInteger {
  package static var type: ValueType { .u64 }
  package static func bits(of number: Double) -> UInt64 { UInt64(number) }
}

/// Numbers of the 16-bit formats, as GPUs convert them: rounded once to nearest even, and every NaN
/// is the same one.
package enum Half {
  private static let nan: UInt16 = 0x7fff

  /// The binary16 nearest to a number.
  package static func bits(of value: Double) -> UInt16 {
    value.isNaN ? nan : HalfFormat.float16.bits(value)
  }

  package static func bits(of value: Float) -> UInt16 { bits(of: Double(value)) }

  /// The bfloat16 nearest to a number.
  package static func brainBits(of value: Double) -> UInt16 {
    value.isNaN ? nan : HalfFormat.bfloat16.bits(value)
  }

  package static func brainBits(of value: Float) -> UInt16 { brainBits(of: Double(value)) }

  /// The value of a binary16.
  package static func value(of bits: UInt16) -> Float {
    let value = Float(halfBits: bits)
    return value.isNaN ? .nan : value
  }
}
