import CMemory

#if KERNELS_AVX512
  /// What one register holds.
  typealias Vector = SIMD16<Float>
  /// All ones or all zeros for each lane.
  typealias VectorMask = SIMD16<UInt32>
  /// Two registers, for reading even and odd elements apart.
  typealias VectorPair = SIMD32<Float>
#elseif KERNELS_PORTABLE
  /// What one register holds: 128 bits on every processor that matters here.
  typealias Vector = SIMD4<Float>
  /// All ones or all zeros for each lane.
  typealias VectorMask = SIMD4<UInt32>
  /// Two registers, for reading even and odd elements apart.
  typealias VectorPair = SIMD8<Float>
#else
  /// What one register holds.
  typealias Vector = SIMD8<Float>
  /// All ones or all zeros for each lane.
  typealias VectorMask = SIMD8<UInt32>
  /// Two registers, for reading even and odd elements apart.
  typealias VectorPair = SIMD16<Float>
#endif

@inline(__always) var lanes: Int { MemoryLayout<Vector>.size / 4 }

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store(_ vector: Vector, to pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// Stores to an aligned address without reading the line into the caches.
@inline(__always)
func storeAroundCaches(_ vector: Vector, to pointer: UnsafeMutablePointer<Float>) {
  #if KERNELS_AVX512
    store_around_caches_16(pointer, vector)
  #elseif KERNELS_PORTABLE
    store_around_caches_4(pointer, vector)
  #else
    store_around_caches_8(pointer, vector)
  #endif
}

extension Vector {
  /// self += x · weight, rounded once where the instruction set can.
  @inline(__always)
  mutating func accumulate(_ x: Vector, _ weight: Vector) {
    #if KERNELS_PORTABLE && arch(x86_64)
      // Plain x86-64 has no fused multiply-add: `addProduct` would call a function for each lane.
      self += x * weight
    #else
      addProduct(x, weight)
    #endif
  }
}

/// min(max(x, lower), upper); a NaN stays or becomes a bound.
@inline(__always)
func clamp(_ x: Vector, _ lower: Vector, _ upper: Vector) -> Vector {
  var result = x
  result.replace(with: lower, where: lower .> x)
  result.replace(with: upper, where: result .> upper)
  return result
}

@inline(__always)
func masked(_ x: Vector, _ mask: UnsafePointer<UInt32>) -> Vector {
  let bits = UnsafeRawPointer(mask).loadUnaligned(as: VectorMask.self)
  return unsafeBitCast(unsafeBitCast(x, to: VectorMask.self) & bits, to: Vector.self)
}
