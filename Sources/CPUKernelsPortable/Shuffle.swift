/// The even and the odd elements of a and b.
@inline(__always)
func deinterleave(_ a: Vector, _ b: Vector) -> (even: Vector, odd: Vector) {
  let pair = VectorPair(lowHalf: a, highHalf: b)
  return (pair.evenHalf, pair.oddHalf)
}

/// a0 b0 a1 b1 …
@inline(__always)
func interleave(_ a: Vector, _ b: Vector) -> (low: Vector, high: Vector) {
  var pair = VectorPair.zero
  pair.evenHalf = a
  pair.oddHalf = b
  return (pair.lowHalf, pair.highHalf)
}

/// a1 a2 … and any element.
@inline(__always)
func advanced(_ a: Vector) -> Vector {
  var result = a
  for i in 0..<lanes - 1 { result[i] = a[i + 1] }
  return result
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
