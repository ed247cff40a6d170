internal import KernelIR

#if canImport(CLanes)
  internal import CLanes
#endif

/// Three-operand operations.
func ternaryFunction(_ operation: TernaryOperator, _ type: ValueType) -> LaneFunction? {
  switch (operation, type) {
  case (.fma, .f32): fusedMultiplyAdd
  case (.fma, .f16): { r, a, b, c in mapHalves(r, a, b, c) { fusedF16($0, $1, $2) } }
  case (.fma, .f16x2): { r, a, b, c in mapPairs(r, a, b, c) { fusedF16($0, $1, $2) } }
  case (.fma, .bf16x2): { r, a, b, c in mapPairs(r, a, b, c) { fusedBF16($0, $1, $2) } }
  case (.multiplyAdd, .u64):
    { r, a, b, c in
      mapLongLanes(r, a, b, c) { $0 &* $1 &+ $2 }
    }
  case (.multiplyAdd, _): { r, a, b, c in mapLanes(r, a, b, c) { $0 &* $1 &+ $2 } }
  case (.permuteBytes, _): permuteBytes
  default: nil
  }
}

/// By the processor's instruction where it has one, since a plain x86-64 calls a function for each
/// lane.
private let fusedMultiplyAdd: LaneFunction = {
  #if arch(x86_64) && canImport(CLanes)
    if has_fused_lanes() { return fused_multiply_add_lanes }
  #endif
  return portableFusedMultiplyAdd
}()

/// `fma.rn.f32` on any processor.
package let portableFusedMultiplyAdd: LaneFunction = { r, a, b, c in
  mapLanes(r, a, b, c) { $2.floats.addingProduct($0.floats, $1.floats).canonicalWords }
}

// MARK: Halves

/// a · b + c of f16, rounded once.
///
/// The product is exact in f32. The sum is rounded to odd: of the two f32 around it the one with an
/// odd last bit, unless it is exact. Rounding that to f16 gives what rounding the sum gives (S.
/// Boldo and G. Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
@inline(__always)
private func fusedF16(_ a: Words, _ b: Words, _ c: Words) -> Words {
  f16(oddSum(f32(fromF16: a) * f32(fromF16: b), f32(fromF16: c)))
}

/// The same of bf16, whose product may leave the range of f32. Then the sums are those of doubles.
@inline(__always)
private func fusedBF16(_ a: Words, _ b: Words, _ c: Words) -> Words {
  let product = a.floats * b.floats
  let magnitude = (product.words & 0x7fff_ffff).integers
  let isNormal =
    (magnitude .>= Integers(repeating: 0x0080_0000)).words
    & (magnitude .< Integers(repeating: 0x7f00_0000)).words
  let zero = Integers()
  let isZero =
    ((a & 0x7fff_ffff).integers .== zero).words | ((b & 0x7fff_ffff).integers .== zero).words
  guard isNormal | isZero == ~Words() else {
    var result = Words()
    for lane in 0..<8 { result[lane] = fusedBF16(a[lane], b[lane], c[lane]) }
    return result
  }
  return bf16(oddSum(product, c.floats))
}

/// The sum rounded to odd. Infinities and NaN are those of the sum.
@inline(__always)
private func oddSum(_ x: Floats, _ y: Floats) -> Floats {
  let sum = x + y
  // The exact error of the sum (D. Knuth, TwoSum).
  let part = sum - x
  let error = (x - (sum - part)) + (y - part)
  let zero = Floats()
  let isInexact = (error .< zero).words | (error .> zero).words
  let isEven = (sum.words & 1) &- 1
  // One step towards the error: away from zero where it has the sum's sign.
  let step = ((sum.words ^ error.words).signMask | 1) & isInexact & isEven
  return (sum.words &+ step).floats
}

@inline(never)
private func fusedBF16(_ a: UInt32, _ b: UInt32, _ c: UInt32) -> UInt32 {
  let product = Double(Float(bitPattern: a)) * Double(Float(bitPattern: b))
  let addend = Double(Float(bitPattern: c))
  var sum = product + addend
  if sum.isFinite {
    let part = sum - product
    let error = (product - (sum - part)) + (addend - part)
    if error != 0, sum.bitPattern & 1 == 0 {
      let isAway = (error < 0) == (sum < 0)
      sum = Double(bitPattern: isAway ? sum.bitPattern &+ 1 : sum.bitPattern &- 1)
    }
  }
  // To f32, again to odd.
  var nearest = Float(sum)
  if Double(nearest) != sum, !sum.isNaN {
    let isAway = Double(nearest.magnitude) > sum.magnitude
    nearest = Float(bitPattern: (isAway ? nearest.bitPattern &- 1 : nearest.bitPattern) | 1)
  }
  return bf16(Floats(repeating: nearest))[0]
}

// MARK: Bytes

/// `prmt` in its default mode: a nibble of c chooses a byte of b:a by its low three bits; where its
/// high bit is set, eight copies of that byte's sign.
private let permuteBytes: LaneFunction = { r, a, b, c in
  if let selector = uniformWord(c) {
    mapLanes(r, a, b) { a, b in
      var result = Words()
      for byte in 0..<4 {
        let nibble = (selector &>> UInt32(4 * byte)) & 0xf
        let source = nibble & 4 == 0 ? a : b
        let chosen = source &>> Words(repeating: 8 * (nibble & 3))
        let bits =
          nibble & 8 == 0 ? chosen & 0xff : (chosen &<< 24).signMask & 0xff
        result |= bits &<< Words(repeating: UInt32(8 * byte))
      }
      return result
    }
  } else {
    let result = r.assumingMemoryBound(to: UInt32.self)
    let a = a.assumingMemoryBound(to: UInt32.self)
    let b = b.assumingMemoryBound(to: UInt32.self)
    let c = c.assumingMemoryBound(to: UInt32.self)
    for lane in 0..<32 {
      let bytes = UInt64(b[lane]) << 32 | UInt64(a[lane])
      let selector = c[lane]
      var word: UInt32 = 0
      for byte in 0..<4 {
        let nibble = (selector &>> UInt32(4 * byte)) & 0xf
        let chosen = UInt32(truncatingIfNeeded: bytes &>> UInt64(8 * (nibble & 7))) & 0xff
        let bits = nibble & 8 == 0 ? chosen : (chosen &>> 7) &* 0xff
        word |= bits &<< UInt32(8 * byte)
      }
      result[lane] = word
    }
  }
}
