import CVectors

/// x · y + z, rounded once where the instruction set can.
@inline(__always)
func multiplyAdd(_ x: Vector, _ y: Vector, _ z: Vector) -> Vector {
  #if KERNELS_AVX512
    return multiply_add_16(x, y, z)
  #elseif KERNELS_PORTABLE && arch(x86_64)
    return x * y + z
  #elseif KERNELS_PORTABLE
    return multiply_add_4(x, y, z)
  #else
    return multiply_add_8(x, y, z)
  #endif
}

/// a0 a2 … b0 b2 …
@inline(__always)
func evenElements(_ a: Vector, _ b: Vector) -> Vector {
  #if KERNELS_AVX512
    return even_elements_16(a, b)
  #elseif KERNELS_PORTABLE
    return even_elements_4(a, b)
  #else
    return even_elements_8(a, b)
  #endif
}

/// a1 a3 … b1 b3 …
@inline(__always)
func oddElements(_ a: Vector, _ b: Vector) -> Vector {
  #if KERNELS_AVX512
    return odd_elements_16(a, b)
  #elseif KERNELS_PORTABLE
    return odd_elements_4(a, b)
  #else
    return odd_elements_8(a, b)
  #endif
}

/// a0 b0 a1 b1 …, of the lower half of both.
@inline(__always)
func interleaveLow(_ a: Vector, _ b: Vector) -> Vector {
  #if KERNELS_AVX512
    return interleave_low_16(a, b)
  #elseif KERNELS_PORTABLE
    return interleave_low_4(a, b)
  #else
    return interleave_low_8(a, b)
  #endif
}

/// Likewise of the upper half.
@inline(__always)
func interleaveHigh(_ a: Vector, _ b: Vector) -> Vector {
  #if KERNELS_AVX512
    return interleave_high_16(a, b)
  #elseif KERNELS_PORTABLE
    return interleave_high_4(a, b)
  #else
    return interleave_high_8(a, b)
  #endif
}

/// a1 a2 … b0
@inline(__always)
func nextElements(_ a: Vector, _ b: Vector) -> Vector {
  #if KERNELS_AVX512
    return next_elements_16(a, b)
  #elseif KERNELS_PORTABLE
    return next_elements_4(a, b)
  #else
    return next_elements_8(a, b)
  #endif
}

/// The even and the odd elements of a and b.
@inline(__always)
func deinterleave(_ a: Vector, _ b: Vector) -> (even: Vector, odd: Vector) {
  (evenElements(a, b), oddElements(a, b))
}

/// a0 b0 a1 b1 …
@inline(__always)
func interleave(_ a: Vector, _ b: Vector) -> (low: Vector, high: Vector) {
  (interleaveLow(a, b), interleaveHigh(a, b))
}

/// x where the mask has ones, zero elsewhere.
@inline(__always)
func masked(_ x: Vector, _ mask: VectorMask) -> Vector {
  unsafeBitCast(unsafeBitCast(x, to: VectorMask.self) & mask, to: Vector.self)
}

/// x where the mask has ones, y elsewhere.
@inline(__always)
func selected(_ x: Vector, _ y: Vector, _ mask: VectorMask) -> Vector {
  let (x, y) = (unsafeBitCast(x, to: VectorMask.self), unsafeBitCast(y, to: VectorMask.self))
  return unsafeBitCast((x & mask) | (y & ~mask), to: Vector.self)
}

/// Floats that streams of weights are prefetched ahead: a page.
@inline(__always) var prefetchDistance: Int { 1024 }

#if KERNELS_AVX512
  /// The elements of a from `first` on, 0 to 15, and then those of b.
  @inline(__always)
  func elements(_ a: Vector, _ b: Vector, from first: Int32) -> Vector {
    let ascending = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    return elements_at_16(a, b, ascending &+ SIMD16<Int32>(repeating: first))
  }
#endif
