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

/// Conversions to the 16-bit formats, rounding to nearest even, without the compiler's library calls,
/// which some platforms lack.
package enum Half {
  /// The binary16 nearest to a float; NaN is 0x7fff.
  package static func bits(of value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = value.magnitude
    if value.isNaN { return 0x7fff }
    if magnitude >= 65_520 { return sign | 0x7c00 }
    if magnitude < 0x1p-14 {
      // Subnormal: a whole number of 2⁻²⁴.
      return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
    }
    let bits = magnitude.bitPattern
    let rounded = bits + 0xfff + (bits >> 13 & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded >> 13) - (112 << 10))
  }

  /// The binary16 nearest to a double, rounded once.
  package static func bits(of value: Double) -> UInt16 { bits(of: roundedToOdd(value)) }

  /// The bfloat16 nearest to a double, rounded once.
  package static func brainBits(of value: Double) -> UInt16 {
    brainBits(of: roundedToOdd(value))
  }

  /// A float from which rounding to fewer bits gives what rounding the double would have: cut off,
  /// with the last bit set where anything was lost (Boldo and Melquiond, 2008).
  private static func roundedToOdd(_ value: Double) -> Float {
    let nearest = Float(value)
    guard nearest.isFinite, Double(nearest) != value else { return nearest }
    let cut = Double(nearest).magnitude > value.magnitude ? nearest.nextTowardZero : nearest
    return Float(bitPattern: cut.bitPattern | 1)
  }

  /// The value of a binary16.
  package static func value(of bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let fraction = Float(bits & 0x3ff)
    return switch bits >> 10 & 0x1f {
    case 0: sign * fraction * 0x1p-24
    case 31: fraction == 0 ? sign * .infinity : .nan
    case let exponent:
      sign * Float(bitPattern: (UInt32(exponent) + 112) << 23) * (1 + fraction * 0x1p-10)
    }
  }

  /// The bfloat16 nearest to a float; NaN is 0x7fff.
  package static func brainBits(of value: Float) -> UInt16 {
    if value.isNaN { return 0x7fff }
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (UInt64(bits) + 0x7fff + UInt64(bits >> 16 & 1)) >> 16)
  }
}

extension Float {
  fileprivate var nextTowardZero: Float { Float(bitPattern: bitPattern - 1) }
}
