internal import KernelIR

/// One-operand operations.
func unaryFunction(_ operation: UnaryOperator, _ type: ValueType) -> LaneFunction? {
  switch (operation, type) {
  case (.negate, .s32): { r, a, _, _ in mapLanes(r, a) { Words() &- $0 } }
  case (.negate, .f32):
    { r, a, _, _ in mapLanes(r, a) { ($0 ^ 0x8000_0000).floats.canonicalWords } }
  case (.negate, .f16): { r, a, _, _ in mapHalves(r, a) { negated($0, infinity: f16Infinity) } }
  case (.negate, .f16x2): { r, a, _, _ in mapPairs(r, a) { negated($0, infinity: f16Infinity) } }
  case (.negate, .bf16x2): { r, a, _, _ in mapPairs(r, a) { negated($0, infinity: bf16Infinity) } }

  case (.absolute, .s32):
    { r, a, _, _ in mapLanes(r, a) { ($0 ^ $0.signMask) &- $0.signMask } }
  case (.absolute, .f32):
    { r, a, _, _ in mapLanes(r, a) { ($0 & 0x7fff_ffff).floats.canonicalWords } }
  case (.absolute, .f16): { r, a, _, _ in mapHalves(r, a) { magnitude($0, infinity: f16Infinity) } }
  case (.absolute, .f16x2):
    { r, a, _, _ in mapPairs(r, a) { magnitude($0, infinity: f16Infinity) } }
  case (.absolute, .bf16x2):
    { r, a, _, _ in mapPairs(r, a) { magnitude($0, infinity: bf16Infinity) } }

  case (.not, .u64): { r, a, _, _ in mapLongLanes(r, a) { ~$0 } }
  case (.not, _): { r, a, _, _ in mapLanes(r, a) { ~$0 } }

  case (.countOnes, _): { r, a, _, _ in mapLanes(r, a) { onesCount($0) } }
  case (.countLeadingZeros, _):
    { r, a, _, _ in
      mapLanes(r, a) { word in
        // Ones from the highest one down.
        var filled = word | (word &>> 1)
        filled |= filled &>> 2
        filled |= filled &>> 4
        filled |= filled &>> 8
        filled |= filled &>> 16
        return onesCount(~filled)
      }
    }
  case (.reverseBits, _):
    { r, a, _, _ in
      mapLanes(r, a) { word in
        let bits = ((word &>> 1) & 0x5555_5555) | ((word & 0x5555_5555) &<< 1)
        let pairs = ((bits &>> 2) & 0x3333_3333) | ((bits & 0x3333_3333) &<< 2)
        let bytes = ((pairs &>> 4) & 0x0f0f_0f0f) | ((pairs & 0x0f0f_0f0f) &<< 4)
        let halves = ((bytes &>> 8) & 0x00ff_00ff) | ((bytes & 0x00ff_00ff) &<< 8)
        return (halves &>> 16) | (halves &<< 16)
      }
    }

  case (.reciprocal, _): { r, a, _, _ in mapLanes(r, a) { (1 / $0.floats).canonicalWords } }
  case (.squareRoot, _):
    { r, a, _, _ in mapLanes(r, a) { $0.floats.squareRoot().canonicalWords } }
  default: nil
  }
}

/// How many bits of each word are one.
@inline(__always)
private func onesCount(_ word: Words) -> Words {
  let pairs = word &- ((word &>> 1) & 0x5555_5555)
  let nibbles = (pairs & 0x3333_3333) &+ ((pairs &>> 2) & 0x3333_3333)
  let bytes = (nibbles &+ (nibbles &>> 4)) & 0x0f0f_0f0f
  let halves = bytes &+ (bytes &>> 8)
  return (halves &+ (halves &>> 16)) & 0x3f
}
