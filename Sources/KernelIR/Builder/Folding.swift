/// What is known of an operation before it is emitted.
enum Folding {
  enum Outcome {
    case operand(Operand)
    case instruction(Operation, [Operand])
  }

  static func fold(_ operation: Operation, _ sources: [Operand]) -> Outcome {
    let constants = sources.map { operand in
      if case .immediate(let bits) = operand { bits } else { UInt64?.none }
    }
    let unchanged = Outcome.instruction(operation, sources)
    switch operation {
    case .binary(let binary, let type) where type.isInteger:
      if let a = constants[0], let b = constants[1] {
        return evaluate(binary, type, a, b).map { .operand(.immediate($0)) } ?? unchanged
      }
      return simplify(binary, type, sources, constants) ?? unchanged
    case .binary(let binary, .predicate):
      return simplifyPredicate(binary, sources, constants) ?? unchanged
    case .unary(.not, .predicate):
      return constants[0].map { .operand(.immediate($0 ^ 1)) } ?? unchanged
    case .unary(.negate, let type) where type.isInteger:
      return constants[0].map { .operand(.immediate(truncated(0 &- $0, type))) } ?? unchanged
    case .move:
      return constants[0].map { .operand(.immediate($0)) } ?? unchanged
    case .binary(let binary, .f32):
      guard let a = constants[0], let b = constants[1], let value = evaluate(binary, a, b) else {
        return unchanged
      }
      return .operand(.immediate(value))
    case .unary(.negate, .f32):
      return constants[0].map { .operand(.immediate($0 ^ 0x8000_0000)) } ?? unchanged
    case .compare(let comparison, let type) where type.isInteger:
      guard let a = constants[0], let b = constants[1] else { return unchanged }
      return .operand(.immediate(compare(comparison, type, a, b) ? 1 : 0))
    default:
      return unchanged
    }
  }

  /// Of f32; `nil` where it is not folded.
  private static func evaluate(_ operation: BinaryOperator, _ a: UInt64, _ b: UInt64) -> UInt64? {
    let (x, y) = (
      Float(bitPattern: UInt32(truncatingIfNeeded: a)),
      Float(bitPattern: UInt32(truncatingIfNeeded: b))
    )
    let value: Float? =
      switch operation {
      case .add: x + y
      case .subtract: x - y
      case .multiply: x * y
      case .divide: x / y
      default: nil
      }
    // Each NaN of the GPU is the same one.
    return value.map { $0.isNaN ? 0x7fff_ffff : UInt64($0.bitPattern) }
  }

  /// `nil` where the result is not defined.
  private static func evaluate(
    _ operation: BinaryOperator, _ type: ValueType, _ a: UInt64, _ b: UInt64
  ) -> UInt64? {
    let (x, y) = (signed(a, type), signed(b, type))
    let width = type.byteCount * 8
    let value: UInt64? =
      switch operation {
      case .add: a &+ b
      case .subtract: a &- b
      case .multiply: a &* b
      case .divide: b == 0 ? nil : type == .s32 ? UInt64(bitPattern: x / y) : a / b
      case .remainder: b == 0 ? nil : type == .s32 ? UInt64(bitPattern: x % y) : a % b
      case .min: type == .s32 ? (x < y ? a : b) : Swift.min(a, b)
      case .max: type == .s32 ? (x > y ? a : b) : Swift.max(a, b)
      case .and: a & b
      case .or: a | b
      case .xor: a ^ b
      case .shiftLeft: b >= width ? 0 : a << b
      case .shiftRight: type == .s32 ? UInt64(bitPattern: x >> b) : b >= width ? 0 : a >> b
      case .multiplyHigh, .minNaN, .maxNaN: nil
      }
    return value.map { truncated($0, type) }
  }

  private static func simplify(
    _ operation: BinaryOperator, _ type: ValueType, _ sources: [Operand], _ constants: [UInt64?]
  ) -> Outcome? {
    let commutes: [BinaryOperator] = [.add, .multiply, .and, .or, .xor, .min, .max]
    if constants[0] != nil, commutes.contains(operation) {
      // Constants stand second in PTX.
      return fold(.binary(operation, type), [sources[1], sources[0]]).self
    }
    guard let b = constants[1] else { return nil }
    let power = b != 0 && b & (b - 1) == 0 ? UInt64(b.trailingZeroBitCount) : nil
    switch (operation, b) {
    case (.add, 0), (.subtract, 0), (.or, 0), (.xor, 0), (.shiftLeft, 0), (.shiftRight, 0),
      (.multiply, 1), (.divide, 1):
      return .operand(sources[0])
    case (.multiply, 0), (.and, 0):
      return .operand(.immediate(0))
    case (.remainder, 1) where type != .s32:
      return .operand(.immediate(0))
    default: break
    }
    guard type != .s32, let power else { return nil }
    switch operation {
    case .multiply:
      return .instruction(.binary(.shiftLeft, type), [sources[0], .immediate(power)])
    case .divide:
      return .instruction(.binary(.shiftRight, type), [sources[0], .immediate(power)])
    case .remainder:
      return .instruction(.binary(.and, type), [sources[0], .immediate(b - 1)])
    default: return nil
    }
  }

  private static func simplifyPredicate(
    _ operation: BinaryOperator, _ sources: [Operand], _ constants: [UInt64?]
  ) -> Outcome? {
    guard let index = constants.firstIndex(where: { $0 != nil }), let holds = constants[index]
    else { return nil }
    let other = sources[1 - index]
    return switch (operation, holds) {
    case (.and, 0): .operand(.immediate(0))
    case (.and, _): .operand(other)
    case (.or, 0): .operand(other)
    case (.or, _): .operand(.immediate(1))
    default: nil
    }
  }

  private static func compare(
    _ comparison: Comparison, _ type: ValueType, _ a: UInt64, _ b: UInt64
  ) -> Bool {
    let (isLess, isEqual) = (type == .s32 ? signed(a, type) < signed(b, type) : a < b, a == b)
    return switch comparison {
    case .equal: isEqual
    case .notEqual: !isEqual
    case .less: isLess
    case .lessOrEqual: isLess || isEqual
    case .greater: !isLess && !isEqual
    case .greaterOrEqual: !isLess
    case .isNaN: false
    }
  }

  private static func truncated(_ bits: UInt64, _ type: ValueType) -> UInt64 {
    type.byteCount == 8 ? bits : bits & 0xffff_ffff
  }

  private static func signed(_ bits: UInt64, _ type: ValueType) -> Int64 {
    type == .s32
      ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
  }
}
