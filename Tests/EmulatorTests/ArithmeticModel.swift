import Emulator
import KernelIR

/// A binary float format, and its values by their definition.
struct FloatFormat {
  var exponentBits: Int
  var fractionBits: Int

  static let f32 = FloatFormat(exponentBits: 8, fractionBits: 23)
  static let f16 = FloatFormat(exponentBits: 5, fractionBits: 10)
  static let bf16 = FloatFormat(exponentBits: 8, fractionBits: 7)

  var bias: Int { 1 << (exponentBits - 1) - 1 }
  var infinity: UInt64 { (1 << UInt64(exponentBits) - 1) << UInt64(fractionBits) }
  var sign: UInt64 { 1 << UInt64(exponentBits + fractionBits) }
  var canonicalNaN: UInt64 { sign - 1 }

  func isNaN(_ bits: UInt64) -> Bool { bits & ~sign > infinity }

  func value(_ bits: UInt64) -> Double {
    if isNaN(bits) { return .nan }
    let magnitude = bits & ~sign
    let exponent = Int(magnitude >> UInt64(fractionBits))
    let fraction = Double(magnitude & (1 << UInt64(fractionBits) - 1))
    let scale = Double(
      sign: .plus, exponent: max(exponent, 1) - bias - fractionBits, significand: 1)
    let hidden = exponent == 0 ? 0 : Double(1 << fractionBits)
    let absolute = magnitude == infinity ? Double.infinity : (fraction + hidden) * scale
    return bits & sign == 0 ? absolute : -absolute
  }

  /// The nearest value to `number` plus an amount too small to matter but where `number` lies
  /// between two values; of that amount only the sign counts.
  func rounded(_ number: Double, plus rest: Double = 0, tiesAway: Bool = false) -> UInt64 {
    if number.isNaN { return canonicalNaN }
    let sign = number.sign == .minus ? sign : 0
    if number == 0 { return sign }
    if number.isInfinite { return sign | infinity }
    let exponent = max(Int(number.exponent), 1 - bias)
    let quantum = Double(sign: .plus, exponent: exponent - fractionBits, significand: 1)
    let steps = number.magnitude / quantum
    var count = UInt64(steps)
    let excess = steps - Double(count)
    let outward = number < 0 ? -rest : rest
    let tie = outward > 0 || (outward == 0 && (tiesAway || count % 2 == 1))
    if excess > 0.5 || excess == 0.5 && tie { count += 1 }
    let bits = UInt64(exponent + bias - 1) << UInt64(fractionBits) + count
    return sign | min(bits, infinity)
  }

  func sum(_ x: Double, _ y: Double) -> UInt64 {
    let sum = x + y
    let part = sum - x
    let rest = (x - (sum - part)) + (y - part)
    return rounded(sum, plus: rest.isNaN ? 0 : rest)
  }
}

/// What a lane becomes, by the definition of the operation in numbers that hold its results
/// exactly.
func model(_ operation: Operation, _ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
  switch operation {
  case .move: a
  case .select: c != 0 ? a : b
  case .pack(let type): type == .u64 ? a | b << 32 : a | b << 16
  case .unary(let name, let type): pairwise(type, a, b, c) { type, a, _, _ in unary(name, type, a) }
  case .binary(let name, let type):
    pairwise(type, a, b, c) { type, a, b, _ in binary(name, type, a, b) }
  case .ternary(let name, let type):
    pairwise(type, a, b, c) { ternary(name, $0, $1, $2, $3) }
  case .multiplyWide(.u32): UInt64(a) * UInt64(b)
  case .multiplyAddWide(.u32): UInt64(a) * UInt64(b) &+ c
  case .multiplyWide: UInt64(bitPattern: signed(a) * signed(b))
  case .multiplyAddWide: UInt64(bitPattern: signed(a) * signed(b)) &+ c
  case .compare(let comparison, let type): holds(comparison, type, a, b) ? 0xffff_ffff : 0
  case .convert(let conversion): convert(conversion, a, b)
  default: fatalError("no model of \(operation)")
  }
}

private func signed(_ word: UInt64) -> Int64 { Int64(Int32(truncatingIfNeeded: word)) }

private func unsigned(_ number: Int64) -> UInt64 {
  UInt64(UInt32(truncatingIfNeeded: number))
}

/// Applies a scalar function to both halves of pairs, with the type of one.
private func pairwise(
  _ type: ValueType, _ a: UInt64, _ b: UInt64, _ c: UInt64,
  _ body: (ScalarType, UInt64, UInt64, UInt64) -> UInt64
) -> UInt64 {
  guard type == .f16x2 || type == .bf16x2 else { return body(ScalarType(type), a, b, c) }
  let low = body(ScalarType(type), a & 0xffff, b & 0xffff, c & 0xffff)
  return low | body(ScalarType(type), a >> 16, b >> 16, c >> 16) << 16
}

private enum ScalarType {
  case float(FloatFormat)
  case signed, unsigned, long, predicate

  init(_ type: ValueType) {
    self =
      switch type {
      case .f32: .float(.f32)
      case .f16, .f16x2: .float(.f16)
      case .bf16x2: .float(.bf16)
      case .s32: .signed
      case .u32: .unsigned
      case .u64: .long
      case .predicate: .predicate
      }
  }

  var mask: UInt64 { if case .long = self { .max } else { 0xffff_ffff } }
}

private func unary(_ name: UnaryOperator, _ type: ScalarType, _ a: UInt64) -> UInt64 {
  switch (name, type) {
  case (.negate, .float(let format)):
    format.isNaN(a) ? format.canonicalNaN : a ^ format.sign
  case (.absolute, .float(let format)):
    format.isNaN(a) ? format.canonicalNaN : a & ~format.sign
  case (.negate, _): unsigned(-signed(a))
  case (.absolute, _): unsigned(abs(signed(a)))
  case (.not, _): ~a & type.mask
  case (.countOnes, _): UInt64(a.nonzeroBitCount)
  case (.countLeadingZeros, _): UInt64(UInt32(a).leadingZeroBitCount)
  case (.reverseBits, _): (0..<32).reduce(0) { $0 | (a >> $1 & 1) << (31 - $1) }
  case (.reciprocal, .float(let format)): quotient(format, 1, format.value(a))
  case (.squareRoot, .float(let format)):
    {
      let x = format.value(a)
      let root = x.squareRoot()
      return format.rounded(root, plus: root.isFinite ? x.addingProduct(-root, root) : 0)
    }()
  default: fatalError("no model of \(name)")
  }
}

private func quotient(_ format: FloatFormat, _ x: Double, _ y: Double) -> UInt64 {
  let quotient = x / y
  let remainder = x.addingProduct(-quotient, y)
  return format.rounded(
    quotient, plus: remainder.isNaN || remainder == 0 ? 0 : (remainder < 0) == (y < 0) ? 1 : -1)
}

private func binary(
  _ name: BinaryOperator, _ type: ScalarType, _ a: UInt64, _ b: UInt64
) -> UInt64 {
  if case .float(let format) = type { return floats(name, format, a, b) }
  let (x, y) = (signed(a), signed(b))
  var isSigned = false
  if case .signed = type { isSigned = true }
  let mask = type.mask
  let width = mask == .max ? 64 : 32
  return switch name {
  case .add: (a &+ b) & mask
  case .subtract: (a &- b) & mask
  case .multiply: (a &* b) & mask
  case .multiplyHigh: isSigned ? unsigned((x * y) >> 32) : (a * b) >> 32
  case .divide: b == 0 ? mask : isSigned ? unsigned(x / y) : a / b
  case .remainder: b == 0 ? mask : isSigned ? unsigned(x % y) : a % b
  case .min: isSigned ? unsigned(Swift.min(x, y)) : Swift.min(a, b)
  case .max: isSigned ? unsigned(Swift.max(x, y)) : Swift.max(a, b)
  case .and: a & b
  case .or: a | b
  case .xor: a ^ b
  case .shiftLeft: b >= width ? 0 : (a << b) & mask
  case .shiftRight:
    isSigned ? unsigned(x >> Int64(Swift.min(b, 31))) : b >= width ? 0 : a >> b
  case .minNaN, .maxNaN: fatalError("no model of \(name)")
  }
}

private func floats(
  _ name: BinaryOperator, _ format: FloatFormat, _ a: UInt64, _ b: UInt64
) -> UInt64 {
  let (x, y) = (format.value(a), format.value(b))
  let isNaN = x.isNaN || y.isNaN
  func least() -> UInt64 { x < y || x == y && x.sign == .minus ? a : b }
  func greatest() -> UInt64 { x > y || x == y && x.sign == .plus ? a : b }
  func number() -> UInt64 { x.isNaN && y.isNaN ? format.canonicalNaN : x.isNaN ? b : a }
  return switch name {
  case .add: format.sum(x, y)
  case .subtract: format.sum(x, -y)
  case .multiply: format.rounded(x * y)
  case .divide: quotient(format, x, y)
  case .min: isNaN ? number() : least()
  case .max: isNaN ? number() : greatest()
  case .minNaN: isNaN ? format.canonicalNaN : least()
  case .maxNaN: isNaN ? format.canonicalNaN : greatest()
  default: fatalError("no model of \(name)")
  }
}

private func ternary(
  _ name: TernaryOperator, _ type: ScalarType, _ a: UInt64, _ b: UInt64, _ c: UInt64
) -> UInt64 {
  switch (name, type) {
  case (.fma, .float(let format)):
    // The product of two f32 is exact in a double.
    format.sum(format.value(a) * format.value(b), format.value(c))
  case (.permuteBytes, _):
    (0..<4).reduce(0) { word, byte in
      let nibble = c >> (4 * byte) & 0xf
      let source = (b << 32 | a) >> (8 * (nibble & 7)) & 0xff
      return word | (nibble & 8 == 0 ? source : source & 0x80 == 0 ? 0 : 0xff) << (8 * byte)
    }
  default: (a &* b &+ c) & type.mask
  }
}

private func holds(_ comparison: Comparison, _ type: ValueType, _ a: UInt64, _ b: UInt64) -> Bool {
  func holds<Number: Comparable>(_ x: Number, _ y: Number) -> Bool {
    switch comparison {
    case .equal: x == y
    case .notEqual: x != y
    case .less: x < y
    case .lessOrEqual: x <= y
    case .greater: x > y
    case .greaterOrEqual: x >= y
    case .isNaN: x != x || y != y
    }
  }
  return switch ScalarType(type) {
  case .float(let format): holds(format.value(a), format.value(b))
  case .signed: holds(signed(a), signed(b))
  default: holds(a, b)
  }
}

private func convert(_ conversion: Conversion, _ a: UInt64, _ b: UInt64) -> UInt64 {
  let x = FloatFormat.f32.value(a)
  func integral(_ rounding: Rounding) -> Double {
    switch rounding {
    case .nearestEven: x.rounded(.toNearestOrEven)
    case .towardZero: x.rounded(.towardZero)
    case .down: x.rounded(.down)
    case .up: x.rounded(.up)
    }
  }
  func integer(_ rounding: Rounding, _ range: ClosedRange<Double>) -> UInt64 {
    x.isNaN ? 0 : unsigned(Int64(min(max(integral(rounding), range.lowerBound), range.upperBound)))
  }
  return switch conversion {
  case .f32FromF16: FloatFormat.f32.rounded(FloatFormat.f16.value(a))
  case .f16FromF32: FloatFormat.f16.rounded(x)
  case .f16x2FromF32:
    FloatFormat.f16.rounded(x) | FloatFormat.f16.rounded(FloatFormat.f32.value(b)) << 16
  case .bf16x2FromF32:
    FloatFormat.bf16.rounded(x) | FloatFormat.bf16.rounded(FloatFormat.f32.value(b)) << 16
  case .tf32FromF32:
    x.isFinite
      ? FloatFormat(exponentBits: 8, fractionBits: 10).rounded(x, tiesAway: true) << 13
      : a & 0xffff_e000
  case .f32FromS32: FloatFormat.f32.rounded(Double(signed(a)))
  case .f32FromU32: FloatFormat.f32.rounded(Double(a))
  case .s32FromF32(let rounding): integer(rounding, -0x1p31...(0x1p31 - 1))
  case .u32FromF32(let rounding): integer(rounding, 0...(0x1p32 - 1))
  case .integralF32(let rounding): FloatFormat.f32.rounded(integral(rounding))
  case .u64FromU32: a
  case .u64FromS32: UInt64(bitPattern: signed(a))
  case .u32FromU64: a & 0xffff_ffff
  }
}
