// Functions of values. Each is one instruction, but for those that say otherwise.

/// a · b + c, rounded once.
package func fma<T: KernelFloat>(_ a: Value<T>, _ b: Value<T>, _ c: Value<T>) -> Value<T> {
  .result(
    of: .ternary(.fma, T.type), a.builder ?? b.builder ?? c.builder,
    [a.operand, b.operand, c.operand])
}

/// a · b + c of integers; the low half.
package func multiplyAdd<T: KernelInteger>(
  _ a: Value<T>, _ b: Value<T>, _ c: Value<T>
) -> Value<T> {
  if a.constant != nil || b.constant != nil { return a * b + c }
  return .result(
    of: .ternary(.multiplyAdd, T.type), a.builder ?? b.builder ?? c.builder,
    [a.operand, b.operand, c.operand])
}

/// The lesser; of floats the number, where one is NaN.
package func min<T: KernelNumber>(_ a: Value<T>, _ b: Value<T>) -> Value<T> {
  .binary(.min, a, b)
}

/// The greater; of floats the number, where one is NaN.
package func max<T: KernelNumber>(_ a: Value<T>, _ b: Value<T>) -> Value<T> {
  .binary(.max, a, b)
}

/// The lesser, or NaN where one is.
package func minimum<T: KernelFloat>(_ a: Value<T>, _ b: Value<T>) -> Value<T> {
  .binary(.minNaN, a, b)
}

/// The greater, or NaN where one is.
package func maximum<T: KernelFloat>(_ a: Value<T>, _ b: Value<T>) -> Value<T> {
  .binary(.maxNaN, a, b)
}

package func abs<T: KernelNumber>(_ value: Value<T>) -> Value<T> { .unary(.absolute, value) }

/// Correctly rounded.
package func squareRoot(_ value: Value<F32>) -> Value<F32> { .unary(.squareRoot, value) }

/// Correctly rounded.
package func reciprocal(_ value: Value<F32>) -> Value<F32> { .unary(.reciprocal, value) }

/// `a` where the condition holds, else `b`.
package func select<T: KernelNumber>(
  _ condition: Value<Predicate>, _ a: Value<T>, _ b: Value<T>
) -> Value<T> {
  if let constant = condition.constant { return constant != 0 ? a : b }
  return .result(
    of: .select(T.type), condition.builder, [a.operand, b.operand, condition.operand])
}

/// The high 32 bits of a product.
package func multiplyHigh(_ a: Value<U32>, _ b: Value<U32>) -> Value<U32> {
  .binary(.multiplyHigh, a, b)
}

extension Value where T: KernelFloat {
  package var isNaN: Value<Predicate> {
    Value<T>.compare(.isNaN, self, self)
  }
}

extension Value where T == U32 {
  package var countOnes: Value { .unary(.countOnes, self) }
  package var countLeadingZeros: Value { .unary(.countLeadingZeros, self) }
  package var reversedBits: Value { .unary(.reverseBits, self) }

  /// Bytes of (self, other), of which the nibbles of `selector` choose; 0…3 are those of self.
  package func permutingBytes(with other: Value, _ selector: Value<U32>) -> Value {
    .result(
      of: .ternary(.permuteBytes, .u32), builder ?? other.builder,
      [operand, other.operand, selector.operand])
  }
}

// MARK: Conversions

extension Value where T == F32 {
  package init(_ value: Value<F16>) { self = .converted(value, .f32FromF16) }
  package init(_ value: Value<U32>) { self = .converted(value, .f32FromU32) }
  package init(_ value: Value<S32>) { self = .converted(value, .f32FromS32) }

  /// The number with these bits.
  package init(bitPattern bits: Value<U32>) {
    self = .result(of: .move(.f32), bits.builder, [bits.operand])
  }

  package func rounded(_ rounding: Rounding) -> Value { .converted(self, .integralF32(rounding)) }
}

extension Value where T == F16 {
  package init(_ value: Value<F32>) { self = .converted(value, .f16FromF32) }
}

extension Value where T == F16x2 {
  package init(_ low: Value<F32>, _ high: Value<F32>) {
    self = .result(
      of: .convert(.f16x2FromF32), low.builder ?? high.builder, [low.operand, high.operand])
  }

  package init(_ low: Value<F16>, _ high: Value<F16>) {
    self = .result(of: .pack(.f16x2), low.builder ?? high.builder, [low.operand, high.operand])
  }

  /// The same bits.
  package init(bitPattern bits: Value<U32>) { self.init(bits.operand, bits.builder) }

  /// Low and high half.
  package var halves: (low: Value<F16>, high: Value<F16>) {
    guard let builder else { preconditionFailure("halves of a constant are constants") }
    let registers = [builder.newRegister(.f16), builder.newRegister(.f16)]
    builder.emit(.unpack(.f16x2), results: registers, sources: [operand])
    return (
      Value<F16>(.register(registers[0]), builder), Value<F16>(.register(registers[1]), builder)
    )
  }
}

extension Value where T == BF16x2 {
  package init(_ low: Value<F32>, _ high: Value<F32>) {
    self = .result(
      of: .convert(.bf16x2FromF32), low.builder ?? high.builder, [low.operand, high.operand])
  }

  package init(bitPattern bits: Value<U32>) { self.init(bits.operand, bits.builder) }

  /// Low and high half, exactly.
  package var floats: (low: Value<F32>, high: Value<F32>) {
    let bits = Value<U32>(bitPattern: self)
    return (
      Value<F32>(bitPattern: bits << 16), Value<F32>(bitPattern: bits & Value<U32>(0xffff_0000))
    )
  }
}

extension Value where T == U32 {
  package init(bitPattern value: Value<F16x2>) { self.init(value.operand, value.builder) }
  package init(bitPattern value: Value<BF16x2>) { self.init(value.operand, value.builder) }
  package init(bitPattern value: Value<S32>) { self.init(value.operand, value.builder) }
  package init(bitPattern value: Value<F32>) {
    self = .result(of: .move(.u32), value.builder, [value.operand])
  }

  /// Rounded to tf32, ties away from zero.
  package init(tf32 value: Value<F32>) { self = .converted(value, .tf32FromF32) }
  /// Saturating; NaN gives 0.
  package init(_ value: Value<F32>, rounding: Rounding) {
    self = .converted(value, .u32FromF32(rounding))
  }
  /// The low half.
  package init(truncating value: Value<U64>) { self = .converted(value, .u32FromU64) }
}

extension Value where T == S32 {
  package init(bitPattern value: Value<U32>) { self.init(value.operand, value.builder) }
  /// Saturating; NaN gives 0.
  package init(_ value: Value<F32>, rounding: Rounding) {
    self = .converted(value, .s32FromF32(rounding))
  }
}

extension Value where T == U64 {
  package init(_ value: Value<U32>) {
    if let constant = value.constant {
      self.init(bits: constant)
    } else {
      self = .converted(value, .u64FromU32)
    }
  }

  /// a · b in 64 bits.
  package init(multiplying a: Value<U32>, _ b: Value<U32>) {
    self = .result(of: .multiplyWide(.u32), a.builder ?? b.builder, [a.operand, b.operand])
  }
}

extension Value {
  fileprivate static func converted<U>(_ value: Value<U>, _ conversion: Conversion) -> Value {
    .result(of: .convert(conversion), value.builder, [value.operand])
  }
}
