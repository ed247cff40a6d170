// What operators on values emit. Constants fold; u32 products, quotients and remainders with powers
// of two become shifts and masks.

extension Value where T: KernelNumber {
  package static func + (left: Value, right: Value) -> Value { binary(.add, left, right) }
  package static func - (left: Value, right: Value) -> Value { binary(.subtract, left, right) }
  package static func * (left: Value, right: Value) -> Value { binary(.multiply, left, right) }
  package static func / (left: Value, right: Value) -> Value { binary(.divide, left, right) }

  package static prefix func - (value: Value) -> Value { unary(.negate, value) }

  package static func == (left: Value, right: Value) -> Value<Predicate> {
    compare(.equal, left, right)
  }
  package static func != (left: Value, right: Value) -> Value<Predicate> {
    compare(.notEqual, left, right)
  }
  package static func < (left: Value, right: Value) -> Value<Predicate> {
    compare(.less, left, right)
  }
  package static func <= (left: Value, right: Value) -> Value<Predicate> {
    compare(.lessOrEqual, left, right)
  }
  package static func > (left: Value, right: Value) -> Value<Predicate> {
    compare(.greater, left, right)
  }
  package static func >= (left: Value, right: Value) -> Value<Predicate> {
    compare(.greaterOrEqual, left, right)
  }
}

extension Value where T: KernelInteger {
  package static func % (left: Value, right: Value) -> Value { binary(.remainder, left, right) }
  package static func & (left: Value, right: Value) -> Value {
    emit(.binary(.and, bitType), left, right)
  }
  package static func | (left: Value, right: Value) -> Value {
    emit(.binary(.or, bitType), left, right)
  }
  package static func ^ (left: Value, right: Value) -> Value {
    emit(.binary(.xor, bitType), left, right)
  }
  package static func << (left: Value, right: Value<U32>) -> Value {
    emit(.binary(.shiftLeft, bitType), left, right)
  }
  package static func >> (left: Value, right: Value<U32>) -> Value {
    emit(.binary(.shiftRight, T.type), left, right)
  }
  package static prefix func ~ (value: Value) -> Value {
    result(of: .unary(.not, bitType), value.builder, [value.operand])
  }

  /// The type of its bits: PTX has no bitwise operations of signed numbers.
  private static var bitType: ValueType { T.type == .s32 ? .u32 : T.type }

  /// ⌈self / divisor⌉
  package func dividedRoundingUp(by divisor: Int) -> Value {
    (self + Value(divisor - 1)) / Value(divisor)
  }
}

extension Value where T == Predicate {
  package static func && (left: Value, right: Value) -> Value { binary(.and, left, right) }
  package static func || (left: Value, right: Value) -> Value { binary(.or, left, right) }
  package static prefix func ! (value: Value) -> Value { unary(.not, value) }

  /// A constant predicate.
  package init(_ holds: Bool) { self.init(bits: holds ? 1 : 0) }
}

extension Value {
  static func binary(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> Value {
    emit(.binary(operation, T.type), left, right)
  }

  static func unary(_ operation: UnaryOperator, _ value: Value) -> Value {
    Value<T>.result(of: .unary(operation, T.type), value.builder, [value.operand])
  }

  static func compare(_ comparison: Comparison, _ left: Value, _ right: Value) -> Value<Predicate> {
    Value<Predicate>.result(
      of: .compare(comparison, T.type), left.builder ?? right.builder,
      [left.operand, right.operand])
  }

  private static func emit<U>(_ operation: Operation, _ left: Value, _ right: Value<U>) -> Value {
    result(of: operation, left.builder ?? right.builder, [left.operand, right.operand])
  }

  /// The result of an operation: a folded constant, an operand, or a new register.
  static func result(
    of operation: Operation, _ builder: KernelBuilder?, _ sources: [Operand]
  ) -> Value {
    switch Folding.fold(operation, sources) {
    case .operand(let operand): return Value(operand, builder)
    case .instruction(let operation, let sources):
      guard let builder else {
        preconditionFailure("\(operation) of constants alone does not fold")
      }
      return builder.result(of: operation, sources)
    }
  }
}
