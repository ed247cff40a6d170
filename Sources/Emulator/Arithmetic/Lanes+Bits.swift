// How lanes are looked at: as words, integers, floats and masks.

extension SIMDMask<SIMD8<Int32>> {
  /// All ones where the mask holds, else zero.
  @inline(__always) var words: Words { unsafeBitCast(self, to: Words.self) }
}

extension SIMDMask<SIMD4<Int64>> {
  @inline(__always) var longWords: LongWords { unsafeBitCast(self, to: LongWords.self) }
}

extension SIMD8<UInt32> {
  @inline(__always) var floats: Floats { unsafeBitCast(self, to: Floats.self) }
  @inline(__always) var integers: Integers { unsafeBitCast(self, to: Integers.self) }

  /// `self` where the mask is all ones, `other` where it is zero.
  @inline(__always) func chosen(by mask: Words, else other: Words) -> Words {
    other ^ ((self ^ other) & mask)
  }
}

extension SIMD8<Int32> {
  @inline(__always) var words: Words { unsafeBitCast(self, to: Words.self) }
}

extension SIMD8<Float> {
  @inline(__always) var words: Words { unsafeBitCast(self, to: Words.self) }

  /// The bits, with the canonical NaN for any NaN.
  @inline(__always) var canonicalWords: Words {
    let isNaN = (self .!= self).words
    return (words | isNaN) ^ (isNaN &<< 31)
  }
}

extension SIMD4<UInt64> {
  @inline(__always) var words: Words { unsafeBitCast(self, to: Words.self) }

  @inline(__always) func chosen(by mask: LongWords, else other: LongWords) -> LongWords {
    other ^ ((self ^ other) & mask)
  }
}

extension SIMD8<UInt32> {
  /// Two words as one, the even ones low.
  @inline(__always) var longWords: LongWords { unsafeBitCast(self, to: LongWords.self) }

  /// Each word's sign: all ones or zero.
  @inline(__always) var signMask: Words { (integers &>> 31).words }
}

// MARK: Interleaving

extension SIMD8<UInt32> {
  @inline(__always) init(even: SIMD4<UInt32>, odd: SIMD4<UInt32>) {
    self.init(even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3])
  }
}

extension SIMD4<UInt64> {
  @inline(__always) init(even: SIMD2<UInt64>, odd: SIMD2<UInt64>) {
    self.init(even[0], odd[0], even[1], odd[1])
  }
}
