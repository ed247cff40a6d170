package enum UnaryOperator: String, CaseIterable, Hashable, Sendable {
  /// `neg` of s32, f16, f16x2, bf16x2, f32.
  case negate
  /// `abs` of the same types.
  case absolute
  /// `not` of u32, u64, predicates.
  case not
  /// `popc.b32`
  case countOnes
  /// `clz.b32`
  case countLeadingZeros
  /// `brev.b32`
  case reverseBits
  /// `rcp.rn.f32`
  case reciprocal
  /// `sqrt.rn.f32`
  case squareRoot
}

package enum BinaryOperator: String, CaseIterable, Hashable, Sendable {
  /// `add` (`.rn` for floats): integers wrap, f16x2 pairwise. bf16x2 has no sums, but `fma`.
  case add
  case subtract
  /// `mul.lo` of integers, `mul.rn` of floats.
  case multiply
  /// `mul.hi` of u32 and s32.
  case multiplyHigh
  /// `div` of u32 and s32, `div.rn` of f32.
  case divide
  /// `rem` of u32 and s32.
  case remainder
  /// `min`: for floats the number where one operand is NaN; −0 < +0.
  case min
  case max
  /// `min.NaN` of floats: NaN where an operand is.
  case minNaN
  case maxNaN
  /// `and.b32`, `and.b64`, `and.pred`.
  case and
  case or
  case xor
  /// `shl.b32`: the amount is a u32; amounts of the width or more give 0.
  case shiftLeft
  /// `shr.u32`, `shr.s32`, `shr.u64`: arithmetic for s32.
  case shiftRight
}

package enum TernaryOperator: String, CaseIterable, Hashable, Sendable {
  /// `fma.rn` of f16, f16x2, bf16x2, f32.
  case fma
  /// `mad.lo` of u32, s32, u64.
  case multiplyAdd
  /// `prmt.b32`: bytes of (a, b) chosen by the nibbles of c.
  case permuteBytes
}

/// Comparisons of numbers. With floats, all but `notEqual` are false where an operand is NaN.
package enum Comparison: String, CaseIterable, Hashable, Sendable {
  case equal
  /// `ne` of integers, `neu` of floats: true where an operand is NaN.
  case notEqual
  case less, lessOrEqual, greater, greaterOrEqual
  /// `nan` of floats: true where an operand is NaN.
  case isNaN
}

package enum Rounding: String, CaseIterable, Hashable, Sendable {
  case nearestEven, towardZero, down, up
}

package enum Conversion: Hashable, Sendable {
  /// `cvt.f32.f16 d, a`
  case f32FromF16
  /// `cvt.rn.f16.f32 d, a`
  case f16FromF32
  /// `cvt.rn.f16x2.f32 d, high, low`; our order of sources is low, high.
  case f16x2FromF32
  /// `cvt.rn.bf16x2.f32 d, high, low`; our order of sources is low, high.
  case bf16x2FromF32
  /// `cvt.rna.tf32.f32 d, a`: rounded to 10 bits of fraction, ties away from zero, in a u32.
  case tf32FromF32
  /// `cvt.rn.f32.s32`, `cvt.rn.f32.u32`
  case f32FromS32, f32FromU32
  /// `cvt.rzi.s32.f32` and `cvt.rzi.u32.f32` (`rni`, `rmi`, `rpi`): saturating, NaN gives 0.
  case s32FromF32(Rounding), u32FromF32(Rounding)
  /// `cvt.rni.f32.f32`: to an integral number.
  case integralF32(Rounding)
  /// `cvt.u64.u32`, `cvt.s64.s32`, `cvt.u32.u64`
  case u64FromU32, u64FromS32, u32FromU64

  package static var allCases: [Conversion] {
    [
      .f32FromF16, .f16FromF32, .f16x2FromF32, .bf16x2FromF32, .tf32FromF32, .f32FromS32,
      .f32FromU32, .u64FromU32, .u64FromS32, .u32FromU64,
    ]
      + Rounding.allCases.flatMap {
        [.s32FromF32($0), .u32FromF32($0), .integralF32($0)]
      }
  }
}
