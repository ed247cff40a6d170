package import KernelIR

/// What an operation does to the registers of a warp: 32 lanes each, whether they are active or
/// not.
///
/// A register is 32 × u32 (128 bytes at a multiple of 64), a u64 one 32 × u64. An f16 is the low
/// half of its lane, whose high half is zero; a predicate is a mask, all ones or zero. Operands
/// that an operation does not have are not touched. The result may be one of the operands.
package typealias LaneFunction =
  @convention(c) (
    _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
    _ c: UnsafeRawPointer
  ) -> Void

/// The function of an operation of registers alone, `nil` where it is another or is not defined.
///
/// Bits are those of the hardware: floats are rounded to the nearest even number with subnormals,
/// and a NaN that arithmetic makes is the canonical one, 0x7fffffff or 0x7fff, also for `neg`,
/// `abs` and conversions, which run as additions. What moves or selects keeps the bits of a NaN.
package func laneFunction(for operation: Operation) -> LaneFunction? {
  guard operation.isDefined else { return nil }
  return switch operation {
  case .move(let type), .select(let type), .pack(let type): moveFunction(operation, type)
  case .unary(let name, let type): unaryFunction(name, type)
  case .binary(let name, let type):
    type.isFloat ? floatFunction(name, type) : integerFunction(name, type)
  case .ternary(let name, let type): ternaryFunction(name, type)
  case .multiplyWide(let type): type == .u32 ? multiplyWideU32 : multiplyWideS32
  case .multiplyAddWide(let type): type == .u32 ? multiplyAddWideU32 : multiplyAddWideS32
  case .compare(let comparison, let type): compareFunction(comparison, type)
  case .convert(let conversion): convertFunction(conversion)
  case .remoteAddress: remoteAddresses
  default: nil
  }
}

/// The functions that take the low and the high half of `a`, for `unpack`; the result is one
/// register.
package func laneFunctions(
  forUnpackOf type: ValueType
) -> (low: LaneFunction, high: LaneFunction)? {
  switch type {
  case .f16x2: (lowHalves, highHalves)
  case .u64: (lowWords, highWords)
  default: nil
  }
}
