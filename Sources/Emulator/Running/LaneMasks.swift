/// Lane masks as bits of a `UInt32`, and as predicates: 32 × `UInt32`, 0 or all ones.
enum LaneMasks {
  private typealias Words = SIMD4<UInt32>

  /// The bits of a predicate register.
  @inline(__always) static func bits(of predicate: UnsafeRawPointer) -> UInt32 {
    let words = predicate.assumingMemoryBound(to: Words.self)
    var place = Words(1, 2, 4, 8)
    var sum = Words()
    for group in 0..<8 {
      sum |= words[group] & place
      place = place &<< 4
    }
    return sum[0] | sum[1] | sum[2] | sum[3]
  }

  /// Makes a predicate register of bits.
  @inline(__always) static func store(_ bits: UInt32, to predicate: UnsafeMutableRawPointer) {
    let words = predicate.assumingMemoryBound(to: Words.self)
    let repeated = Words(repeating: bits)
    var place = Words(1, 2, 4, 8)
    for group in 0..<8 {
      words[group] = unsafeBitCast((repeated & place) .== place, to: Words.self)
      place = place &<< 4
    }
  }

  /// Copies the lanes of a mask from one register to another.
  ///
  /// - Parameter byteCount: of a lane, 4 or 8.
  @inline(__always) static func copy(
    _ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, where mask: UInt32,
    byteCount: UInt8
  ) {
    if byteCount == 8 {
      let (from, to) = (
        source.assumingMemoryBound(to: UInt64.self), target.assumingMemoryBound(to: UInt64.self)
      )
      for lane in Lanes(mask) { to[lane] = from[lane] }
      return
    }
    let (from, to) = (
      source.assumingMemoryBound(to: Words.self), target.assumingMemoryBound(to: Words.self)
    )
    let repeated = Words(repeating: mask)
    var place = Words(1, 2, 4, 8)
    for group in 0..<8 {
      let chosen = unsafeBitCast((repeated & place) .== place, to: Words.self)
      to[group] = (from[group] & chosen) | (to[group] & ~chosen)
      place = place &<< 4
    }
  }
}

/// The lanes of a mask, ascending.
struct Lanes: Sequence, IteratorProtocol {
  private var mask: UInt32

  @inline(__always) init(_ mask: UInt32) { self.mask = mask }

  @inline(__always) mutating func next() -> Int? {
    guard mask != 0 else { return nil }
    let lane = mask.trailingZeroBitCount
    mask &= mask &- 1
    return lane
  }
}
