internal import KernelIR

/// Two-operand operations of integers and predicates. Results wrap.
///
/// PTX leaves division by zero open. Quotient and remainder are then all ones, as in the code that
/// `ptxas` makes of `div` and `rem`; the lowest s32 divided by −1 is itself, with remainder 0.
func integerFunction(_ operation: BinaryOperator, _ type: ValueType) -> LaneFunction? {
  switch (operation, type) {
  case (.add, .u64): { r, a, b, _ in mapLongLanes(r, a, b) { $0 &+ $1 } }
  case (.add, _): { r, a, b, _ in mapLanes(r, a, b) { $0 &+ $1 } }
  case (.subtract, .u64): { r, a, b, _ in mapLongLanes(r, a, b) { $0 &- $1 } }
  case (.subtract, _): { r, a, b, _ in mapLanes(r, a, b) { $0 &- $1 } }
  case (.multiply, .u64): { r, a, b, _ in mapLongLanes(r, a, b) { $0 &* $1 } }
  case (.multiply, _): { r, a, b, _ in mapLanes(r, a, b) { $0 &* $1 } }
  case (.multiplyHigh, .u32): { r, a, b, _ in mapLanes(r, a, b) { highProducts($0, $1) } }
  case (.multiplyHigh, .s32):
    { r, a, b, _ in
      mapLanes(r, a, b) { highProducts($0, $1) &- signCorrections($0, $1) }
    }

  case (.divide, .u32):
    { r, a, b, _ in mapEachLane(r, a, b, as: UInt32.self) { $1 == 0 ? .max : $0 / $1 } }
  case (.divide, .s32):
    { r, a, b, _ in
      mapEachLane(r, a, b, as: Int32.self) {
        $1 == 0 ? -1 : $0.dividedReportingOverflow(by: $1).partialValue
      }
    }
  case (.remainder, .u32):
    { r, a, b, _ in mapEachLane(r, a, b, as: UInt32.self) { $1 == 0 ? .max : $0 % $1 } }
  case (.remainder, .s32):
    { r, a, b, _ in
      mapEachLane(r, a, b, as: Int32.self) {
        $1 == 0 ? -1 : $0.remainderReportingOverflow(dividingBy: $1).partialValue
      }
    }

  case (.min, .u32):
    { r, a, b, _ in mapLanes(r, a, b) { $0.chosen(by: ($0 .< $1).words, else: $1) } }
  case (.min, .s32):
    { r, a, b, _ in
      mapLanes(r, a, b) { $0.chosen(by: ($0.integers .< $1.integers).words, else: $1) }
    }
  case (.min, .u64):
    { r, a, b, _ in mapLongLanes(r, a, b) { $0.chosen(by: ($0 .< $1).longWords, else: $1) } }
  case (.max, .u32):
    { r, a, b, _ in mapLanes(r, a, b) { $0.chosen(by: ($0 .> $1).words, else: $1) } }
  case (.max, .s32):
    { r, a, b, _ in
      mapLanes(r, a, b) { $0.chosen(by: ($0.integers .> $1.integers).words, else: $1) }
    }
  case (.max, .u64):
    { r, a, b, _ in mapLongLanes(r, a, b) { $0.chosen(by: ($0 .> $1).longWords, else: $1) } }

  case (.and, .u64): { r, a, b, _ in mapLongLanes(r, a, b) { $0 & $1 } }
  case (.and, _): { r, a, b, _ in mapLanes(r, a, b) { $0 & $1 } }
  case (.or, .u64): { r, a, b, _ in mapLongLanes(r, a, b) { $0 | $1 } }
  case (.or, _): { r, a, b, _ in mapLanes(r, a, b) { $0 | $1 } }
  case (.xor, .u64): { r, a, b, _ in mapLongLanes(r, a, b) { $0 ^ $1 } }
  case (.xor, _): { r, a, b, _ in mapLanes(r, a, b) { $0 ^ $1 } }

  case (.shiftLeft, .u32): shiftLeftWords
  case (.shiftLeft, .u64): { r, a, b, _ in shiftLongLanes(r, a, b) { $0 << $1 } }
  case (.shiftRight, .u32): shiftRightWords
  case (.shiftRight, .s32): shiftRightIntegers
  case (.shiftRight, .u64): { r, a, b, _ in shiftLongLanes(r, a, b) { $0 >> $1 } }
  default: nil
  }
}

// MARK: Products

/// The high words of unsigned products.
@inline(__always)
private func highProducts(_ x: Words, _ y: Words) -> Words {
  let (even, odd) = wideProducts(x, y)
  return ((even &>> 32) | (odd & 0xffff_ffff_0000_0000)).words
}

/// The products of the even and of the odd lanes.
@inline(__always)
private func wideProducts(_ x: Words, _ y: Words) -> (even: LongWords, odd: LongWords) {
  let (x, y) = (x.longWords, y.longWords)
  let even = (x & 0xffff_ffff) &* (y & 0xffff_ffff)
  return (even, (x &>> 32) &* (y &>> 32))
}

/// What the high word of an unsigned product exceeds that of the signed one by.
@inline(__always)
private func signCorrections(_ x: Words, _ y: Words) -> Words {
  (x.signMask & y) &+ (y.signMask & x)
}

let multiplyWideU32: LaneFunction = { r, a, b, _ in
  multiplyWide(r, a, b) { _, _ in
    Words()
  } adding: { _ in
    LongWords()
  }
}

let multiplyWideS32: LaneFunction = { r, a, b, _ in
  multiplyWide(r, a, b, correctedBy: signCorrections) { _ in LongWords() }
}

let multiplyAddWideU32: LaneFunction = { r, a, b, c in
  let c = c.assumingMemoryBound(to: LongWords.self)
  multiplyWide(r, a, b) { _, _ in
    Words()
  } adding: {
    c[$0]
  }
}

let multiplyAddWideS32: LaneFunction = { r, a, b, c in
  let c = c.assumingMemoryBound(to: LongWords.self)
  multiplyWide(r, a, b, correctedBy: signCorrections) { c[$0] }
}

@inline(__always)
private func multiplyWide(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  correctedBy correction: (Words, Words) -> Words, adding addend: (Int) -> LongWords
) {
  let result = result.assumingMemoryBound(to: LongWords.self)
  let a = a.assumingMemoryBound(to: Words.self)
  let b = b.assumingMemoryBound(to: Words.self)
  for group in 0..<4 {
    let products = wideProducts(a[group], b[group])
    let corrections = correction(a[group], b[group]).longWords
    let even = products.even &- (corrections &<< 32)
    let odd = products.odd &- (corrections & 0xffff_ffff_0000_0000)
    let low = addend(2 * group)
    let high = addend(2 * group + 1)
    result[2 * group] = LongWords(even: even.lowHalf, odd: odd.lowHalf) &+ low
    result[2 * group + 1] = LongWords(even: even.highHalf, odd: odd.highHalf) &+ high
  }
}

// MARK: Shifts

// Amounts are mostly one constant for all lanes, for which there are vector instructions.

private let shiftLeftWords: LaneFunction = { r, a, b, _ in
  if let amount = uniformWord(b), amount < 32 {
    mapLanes(r, a) { $0 &<< Words(repeating: amount) }
  } else {
    mapEachLane(r, a, b, as: UInt32.self) { $0 << $1 }
  }
}

private let shiftRightWords: LaneFunction = { r, a, b, _ in
  if let amount = uniformWord(b), amount < 32 {
    mapLanes(r, a) { $0 &>> Words(repeating: amount) }
  } else {
    mapEachLane(r, a, b, as: UInt32.self) { $0 >> $1 }
  }
}

private let shiftRightIntegers: LaneFunction = { r, a, b, _ in
  if let amount = uniformWord(b), amount < 32 {
    mapLanes(r, a) { ($0.integers &>> Integers(repeating: Int32(amount))).words }
  } else {
    mapEachLane(r, a, b, as: UInt32.self) {
      UInt32(bitPattern: Int32(bitPattern: $0) &>> Int32(Swift.min($1, 31)))
    }
  }
}

/// Shifts 64-bit lanes by the amounts in 32-bit ones.
@inline(__always)
private func shiftLongLanes(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ amounts: UnsafeRawPointer,
  _ shift: (UInt64, UInt32) -> UInt64
) {
  let result = result.assumingMemoryBound(to: UInt64.self)
  let a = a.assumingMemoryBound(to: UInt64.self)
  let amounts = amounts.assumingMemoryBound(to: UInt32.self)
  for lane in 0..<32 { result[lane] = shift(a[lane], amounts[lane]) }
}
