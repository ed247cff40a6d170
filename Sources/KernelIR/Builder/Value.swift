/// A value of a kernel under construction: a register, or a constant.
package struct Value<T: KernelType> {
  package let operand: Operand
  /// `nil` for constants.
  let builder: KernelBuilder?

  init(_ operand: Operand, _ builder: KernelBuilder?) {
    self.operand = operand
    self.builder = builder
  }

  /// A constant of given bits.
  package init(bits: UInt64) { self.init(.immediate(bits), nil) }

  /// The bits of a constant.
  var constant: UInt64? {
    if case .immediate(let bits) = operand { bits } else { nil }
  }
}

extension Value where T: KernelNumber {
  /// A constant; both halves of packed types have it.
  package init(_ number: Double) { self.init(bits: T.bits(of: number)) }
}

extension Value where T: KernelInteger {
  /// A constant, which must fit the type: 32 bits with or without a sign, or 64.
  package init(_ number: Int) { self.init(bits: T.type.bits(of: number)) }
}

extension ValueType {
  /// The bits of an integer constant, which must fit.
  fileprivate func bits(of number: Int) -> UInt64 {
    if byteCount == 8 { return UInt64(bitPattern: Int64(number)) }
    precondition(
      (Int(Int32.min)...Int(UInt32.max)).contains(number), "\(number) does not fit in 32 bits")
    return UInt64(UInt32(truncatingIfNeeded: number))
  }
}

extension Value: ExpressibleByIntegerLiteral where T: KernelNumber {
  package init(integerLiteral number: Int) {
    self.init(bits: T.type.isInteger ? T.type.bits(of: number) : T.bits(of: Double(number)))
  }
}

extension Value: ExpressibleByFloatLiteral where T: KernelFloat {
  package init(floatLiteral number: Double) { self.init(number) }
}

/// A register that is assigned more than once.
package final class Variable<T: KernelType> {
  let register: Register
  let builder: KernelBuilder

  init(_ register: Register, _ builder: KernelBuilder) {
    self.register = register
    self.builder = builder
  }

  /// What it holds where this is read, also when it is assigned afterwards. Moves that this takes
  /// are removed again where the variable itself will do.
  package var value: Value<T> {
    get { builder.result(of: .move(T.type), [.register(register)]) }
    set {
      guard newValue.operand != .register(register) else { return }
      builder.emit(.move(T.type), results: [register], sources: [newValue.operand])
    }
  }
}

extension Variable where T: KernelNumber {
  package static func += (left: Variable, right: Value<T>) { left.value = left.value + right }
  package static func -= (left: Variable, right: Value<T>) { left.value = left.value - right }
  package static func *= (left: Variable, right: Value<T>) { left.value = left.value * right }
}

extension Variable where T: KernelInteger {
  package static func ^= (left: Variable, right: Value<T>) { left.value = left.value ^ right }
}
