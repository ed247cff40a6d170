/// Sixteen-bit floats within lanes.
///
/// A function of halves takes each as a word whose high 16 bits it is, with zeros below, where the
/// bits of a bf16 are those of the f32 of the same value; it gives its result in the low 16 bits of
/// a word.

/// The infinities as such words. What is greater without its sign is NaN.
let f16Infinity: UInt32 = 0x7c00_0000
let bf16Infinity: UInt32 = 0x7f80_0000

// MARK: Maps

/// Applies a function of halves to registers of one f16 a lane.
@inline(__always)
func mapHalves(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ body: (Words) -> Words
) {
  mapLanes(result, a) { body($0 &<< 16) }
}

@inline(__always)
func mapHalves(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ body: (Words, Words) -> Words
) {
  mapLanes(result, a, b) { body($0 &<< 16, $1 &<< 16) }
}

@inline(__always)
func mapHalves(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ c: UnsafeRawPointer, _ body: (Words, Words, Words) -> Words
) {
  mapLanes(result, a, b, c) { body($0 &<< 16, $1 &<< 16, $2 &<< 16) }
}

/// Applies a function of halves to registers of two a lane.
@inline(__always)
func mapPairs(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ body: (Words) -> Words
) {
  mapLanes(result, a) { body($0 &<< 16) | (body($0 & 0xffff_0000) &<< 16) }
}

@inline(__always)
func mapPairs(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ body: (Words, Words) -> Words
) {
  mapLanes(result, a, b) {
    body($0 &<< 16, $1 &<< 16) | (body($0 & 0xffff_0000, $1 & 0xffff_0000) &<< 16)
  }
}

@inline(__always)
func mapPairs(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ c: UnsafeRawPointer, _ body: (Words, Words, Words) -> Words
) {
  mapLanes(result, a, b, c) {
    let low = body($0 &<< 16, $1 &<< 16, $2 &<< 16)
    return low | (body($0 & 0xffff_0000, $1 & 0xffff_0000, $2 & 0xffff_0000) &<< 16)
  }
}

// MARK: Values

/// The value of an f16. Subnormals come out right because the product that moves the exponent is
/// one of f32.
@inline(__always)
func f32(fromF16 half: Words) -> Floats {
  let magnitude = half & 0x7fff_ffff
  let scaled = ((magnitude &>> 3).floats * Floats(repeating: 0x1p112)).words
  let isSpecial = (magnitude.integers .>= Integers(repeating: Int32(f16Infinity))).words
  return (scaled | (isSpecial & bf16Infinity) | (half & 0x8000_0000)).floats
}

/// The nearest f16, the even one between two; canonical NaN.
///
/// Adding a power of two that lies 13 bits above the result's last bit makes the adder round.
/// Source: M. Dukhan, FP16, `fp16_ieee_from_fp32_value`.
@inline(__always)
func f16(_ value: Floats) -> Words {
  let word = value.words
  let exponent = (word & bf16Infinity).integers
  let least = Integers(repeating: 0x3880_0000)
  let anchor = exponent.words.chosen(by: (exponent .> least).words, else: least.words)
  // Infinite from 2¹⁶ on.
  let scaled = ((word & 0x7fff_ffff).floats * 0x1p112) * 0x1p-110
  let rounded = ((anchor &+ 0x0780_0000).floats + scaled).words
  let magnitude = ((rounded &>> 13) & 0x7c00) &+ (rounded & 0x0fff)
  let isNaN = (value .!= value).words
  return (((word & 0x8000_0000) &>> 16) | magnitude).chosen(
    by: ~isNaN, else: Words(repeating: 0x7fff))
}

/// The nearest bf16, the even one between two; canonical NaN.
@inline(__always)
func bf16(_ value: Floats) -> Words {
  let word = value.words
  let rounded = (word &+ 0x7fff &+ ((word &>> 16) & 1)) &>> 16
  let isNaN = (value .!= value).words
  return rounded.chosen(by: ~isNaN, else: Words(repeating: 0x7fff))
}

@inline(__always)
private func isNaN(_ half: Words, infinity: UInt32) -> Words {
  ((half & 0x7fff_ffff).integers .> Integers(repeating: Int32(infinity))).words
}

@inline(__always)
func negated(_ half: Words, infinity: UInt32) -> Words {
  ((half ^ 0x8000_0000) &>> 16).chosen(
    by: ~isNaN(half, infinity: infinity), else: Words(repeating: 0x7fff))
}

@inline(__always)
func magnitude(_ half: Words, infinity: UInt32) -> Words {
  ((half & 0x7fff_ffff) &>> 16).chosen(
    by: ~isNaN(half, infinity: infinity), else: Words(repeating: 0x7fff))
}

// MARK: Smaller and greater

/// The smaller float, −0 before +0, of words that are f32 or halves; the other where one is NaN,
/// or, if `keepsNaN`, NaN. The canonical NaN is 0x7fffffff, whose high half is that of the halves.
@inline(__always)
func smaller(_ a: Words, _ b: Words, infinity: UInt32, keepsNaN: Bool) -> Words {
  // Sign and magnitude order like integers once the magnitudes of negative ones are inverted.
  let aOrder = a ^ (a.signMask & 0x7fff_ffff)
  let bOrder = b ^ (b.signMask & 0x7fff_ffff)
  let isLess = (aOrder.integers .< bOrder.integers).words
  return choice(a, b, isLess, infinity: infinity, keepsNaN: keepsNaN)
}

@inline(__always)
func greater(_ a: Words, _ b: Words, infinity: UInt32, keepsNaN: Bool) -> Words {
  let aOrder = a ^ (a.signMask & 0x7fff_ffff)
  let bOrder = b ^ (b.signMask & 0x7fff_ffff)
  let isGreater = (aOrder.integers .> bOrder.integers).words
  return choice(a, b, isGreater, infinity: infinity, keepsNaN: keepsNaN)
}

@inline(__always)
private func choice(
  _ a: Words, _ b: Words, _ prefersA: Words, infinity: UInt32, keepsNaN: Bool
) -> Words {
  let aIsNaN = isNaN(a, infinity: infinity)
  let bIsNaN = isNaN(b, infinity: infinity)
  let number = a.chosen(by: (prefersA | bIsNaN) & ~aIsNaN, else: b)
  let isNaN = keepsNaN ? aIsNaN | bIsNaN : aIsNaN & bIsNaN
  return number.chosen(by: ~isNaN, else: Words(repeating: 0x7fff_ffff))
}
