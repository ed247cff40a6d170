internal import KernelIR

/// Conversions. Floats become integers saturating, NaN becomes 0.
func convertFunction(_ conversion: Conversion) -> LaneFunction? {
  switch conversion {
  case .f32FromF16: { r, a, _, _ in mapHalves(r, a) { f32(fromF16: $0).canonicalWords } }
  case .f16FromF32: { r, a, _, _ in mapLanes(r, a) { f16($0.floats) } }
  case .f16x2FromF32:
    { r, low, high, _ in mapLanes(r, low, high) { f16($0.floats) | (f16($1.floats) &<< 16) } }
  case .bf16x2FromF32:
    { r, low, high, _ in mapLanes(r, low, high) { bf16($0.floats) | (bf16($1.floats) &<< 16) } }
  case .tf32FromF32: tf32FromF32
  case .f32FromS32: { r, a, _, _ in mapLanes(r, a) { f32(fromS32: $0).words } }
  case .f32FromU32: { r, a, _, _ in mapLanes(r, a) { f32(fromU32: $0).words } }

  case .s32FromF32(.nearestEven):
    { r, a, _, _ in mapLanes(r, a) { s32(rounded($0, .nearestEven)) } }
  case .s32FromF32(.towardZero):
    { r, a, _, _ in mapLanes(r, a) { s32(rounded($0, .towardZero)) } }
  case .s32FromF32(.down): { r, a, _, _ in mapLanes(r, a) { s32(rounded($0, .down)) } }
  case .s32FromF32(.up): { r, a, _, _ in mapLanes(r, a) { s32(rounded($0, .up)) } }
  case .u32FromF32(.nearestEven):
    { r, a, _, _ in mapLanes(r, a) { u32(rounded($0, .nearestEven)) } }
  case .u32FromF32(.towardZero):
    { r, a, _, _ in mapLanes(r, a) { u32(rounded($0, .towardZero)) } }
  case .u32FromF32(.down): { r, a, _, _ in mapLanes(r, a) { u32(rounded($0, .down)) } }
  case .u32FromF32(.up): { r, a, _, _ in mapLanes(r, a) { u32(rounded($0, .up)) } }
  case .integralF32(.nearestEven):
    { r, a, _, _ in mapLanes(r, a) { rounded($0, .nearestEven).canonicalWords } }
  case .integralF32(.towardZero):
    { r, a, _, _ in mapLanes(r, a) { rounded($0, .towardZero).canonicalWords } }
  case .integralF32(.down):
    { r, a, _, _ in mapLanes(r, a) { rounded($0, .down).canonicalWords } }
  case .integralF32(.up): { r, a, _, _ in mapLanes(r, a) { rounded($0, .up).canonicalWords } }

  case .u64FromU32: { r, a, _, _ in widen(r, a) { _ in SIMD4<UInt32>() } }
  case .u64FromS32:
    { r, a, _, _ in
      widen(r, a) { SIMD4(truncatingIfNeeded: SIMD4<Int32>(truncatingIfNeeded: $0) &>> 31) }
    }
  case .u32FromU64: lowWords
  }
}

/// Rounds to 10 bits of fraction, ties away from zero; the 13 bits below are zero.
///
/// Infinities and NaN lose those bits too, as in the code that `ptxas` makes: a NaN all of whose
/// bits lie there becomes infinite.
private let tf32FromF32: LaneFunction = { r, a, _, _ in
  mapLanes(r, a) { word in
    let isFinite = ((word & 0x7fff_ffff).integers .< Integers(repeating: 0x7f80_0000)).words
    return (word &+ (isFinite & 0x1000)) & 0xffff_e000
  }
}

/// A value's integral neighbour, with the value's sign also where it is zero.
///
/// There are no vector instructions for it before SSE 4.1: adding and subtracting 2²³ makes the
/// adder round.
@inline(__always)
private func rounded(_ word: Words, _ rounding: Rounding) -> Floats {
  let sign = word & 0x8000_0000
  let magnitude = (word & 0x7fff_ffff).floats
  let one = Floats(repeating: 1).words
  var nearest = (magnitude + 0x1p23) - 0x1p23
  let isAbove = (nearest .> magnitude).words
  let isBelow = (nearest .< magnitude).words
  let isNegative = word.signMask
  switch rounding {
  case .nearestEven: break
  case .towardZero: nearest -= (isAbove & one).floats
  case .down:
    nearest -= (isAbove & ~isNegative & one).floats
    nearest += (isBelow & isNegative & one).floats
  case .up:
    nearest += (isBelow & ~isNegative & one).floats
    nearest -= (isAbove & isNegative & one).floats
  }
  // From 2²³ on all are integral; NaN stays too.
  let isSmall = (magnitude .< Floats(repeating: 0x1p23)).words
  return (nearest.words | sign).chosen(by: isSmall, else: word).floats
}

/// The magnitude of an integral float below 2³² as an integer, from two halves that 2²³ makes
/// readable.
@inline(__always)
private func magnitude(_ value: Floats) -> Words {
  let magnitude = (value.words & 0x7fff_ffff).floats
  let high = magnitude * 0x1p-16 + 0x1p23
  // Between −2¹⁵ and 2¹⁵, as `high` is rounded.
  let low = magnitude - (high - 0x1p23) * 0x1p16
  return ((high.words &- 0x4b00_0000) &<< 16) &+ ((low + 0x1.8p23).words &- 0x4b40_0000)
}

@inline(__always)
private func s32(_ value: Floats) -> Words {
  let negative = value.words.signMask
  let magnitude = magnitude(value)
  let number = (magnitude ^ negative) &- negative
  let absolute = (value.words & 0x7fff_ffff).integers
  let isSmall = (absolute .< Integers(repeating: 0x4f00_0000)).words
  let isNaN = (absolute .> Integers(repeating: 0x7f80_0000)).words
  return number.chosen(by: isSmall, else: (negative ^ 0x7fff_ffff) & ~isNaN)
}

@inline(__always)
private func u32(_ value: Floats) -> Words {
  let negative = value.words.signMask
  let absolute = (value.words & 0x7fff_ffff).integers
  let isSmall = (absolute .< Integers(repeating: 0x4f80_0000)).words
  let isNaN = (absolute .> Integers(repeating: 0x7f80_0000)).words
  return magnitude(value).chosen(by: isSmall, else: ~isNaN) & ~negative
}

/// Two halves of 16 bits, exact as floats, and one rounded sum.
@inline(__always)
private func f32(fromU32 word: Words) -> Floats {
  let high = ((word &>> 16) | 0x4b00_0000).floats - 0x1p23
  let low = ((word & 0xffff) | 0x4b00_0000).floats - 0x1p23
  return high * 0x1p16 + low
}

@inline(__always)
private func f32(fromS32 word: Words) -> Floats {
  let high = ((word.integers &>> 16).words &+ 0x4b40_0000).floats - 0x1.8p23
  let low = ((word & 0xffff) | 0x4b00_0000).floats - 0x1p23
  return high * 0x1p16 + low
}

@inline(__always)
private func widen(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer,
  _ highWords: (SIMD4<UInt32>) -> SIMD4<UInt32>
) {
  let result = result.assumingMemoryBound(to: LongWords.self)
  let a = a.assumingMemoryBound(to: SIMD4<UInt32>.self)
  for group in 0..<8 {
    result[group] = Words(even: a[group], odd: highWords(a[group])).longWords
  }
}
