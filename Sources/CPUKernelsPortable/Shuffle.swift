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

/// a1 a2 … and then `next`.
@inline(__always)
func advanced(_ a: Vector, _ next: Float) -> Vector {
  var result = a
  for i in 0..<lanes - 1 { result[i] = a[i + 1] }
  result[lanes - 1] = next
  return result
}

/// x where the mask has ones, zero elsewhere.
@inline(__always)
func masked(_ x: Vector, _ mask: VectorMask) -> Vector {
  unsafeBitCast(unsafeBitCast(x, to: VectorMask.self) & mask, to: Vector.self)
}
