/// The choices of one mutation, from the seed that libFuzzer gives it.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt32) { state = UInt64(seed) }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }

  /// A number in `0..<bound`; 0 where that is empty.
  mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

  /// Whether an event of probability 1/`odds` happens.
  mutating func once(in odds: Int) -> Bool { below(odds) == 0 }

  private static let limits: [Int64] = [
    .max, .min, .max - 1, .min + 1, .max / 2, 1 << 62, 1 << 53, 1 << 41, 1 << 40, 1 << 32, 1 << 31,
    (1 << 31) - 1, -(1 << 31), 1 << 30, 1 << 20, 65_536, 65_535, 4096, 256, 255, 128, 127,
  ]

  /// An integer to put in the place of another one: small, near it, or at a limit.
  mutating func integer(insteadOf old: Int64) -> Int64 {
    switch below(8) {
    case 0...2: Int64(below(12)) - 3
    case 3: old &+ Int64(below(5)) &- 2
    case 4: 0 &- old
    case 5: old &* Int64(below(4) + 2)
    case 6: Self.limits[below(Self.limits.count)]
    default: Int64(below(40))
    }
  }

  /// Bits of a float to put in the place of others.
  mutating func floatBits() -> UInt32 {
    let values: [Float] = [
      0, -0.0, 1, -1, 0.5, 2, .nan, .infinity, -.infinity, .greatestFiniteMagnitude,
      .leastNonzeroMagnitude, 1e9, -1e9, 1e-9, 3, 0.25,
    ]
    return values[below(values.count)].bitPattern
  }
}
