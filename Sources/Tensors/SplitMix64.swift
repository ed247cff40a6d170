/// A small seeded generator, so that random data can be made again from its seed.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A float in -1..<1.
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-23 - 1 }

  /// An integer of `0..<bound`, each as likely as any other.
  ///
  /// Unlike the standard library's draws, those of a seed are the same in every version of it.
  ///
  /// Source: Lemire, "Fast random integer generation in an interval" (ACM TOMACS 29, 2019), algorithm 5.
  ///
  /// - Precondition: `bound` is positive.
  package mutating func draw(below bound: Int) -> Int {
    precondition(bound > 0, "a draw below \(bound)")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      // 2^64 mod bound: so many of the products are left over.
      let excess = (0 &- bound) % bound
      while product.low < excess { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// `0..<count` in an order of which each is as likely as any other, and the same in every version of the
  /// standard library.
  ///
  /// Source: Durstenfeld, "Algorithm 235: random permutation" (CACM 7, 1964), from the front.
  package mutating func permutation(of count: Int) -> [Int] {
    var indices = Array(0..<count)
    for place in indices.indices.dropLast() {
      indices.swapAt(place, place + draw(below: count - place))
    }
    return indices
  }
}
