package import Graphs
package import Tensors

extension Unary: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    if let integer = x.element.integerType, let result = integers(x, integer) { return [result] }
    return [try Tensor(rounding: x.doubles().map { function($0) }, to: outputs[0])]
  }

  /// The result in integer arithmetic; `nil` for functions that are defined by real numbers.
  private func integers<Integer: IntegerElement>(_ x: Tensor, _ type: Integer.Type) -> Tensor? {
    let transform: (Integer) -> Integer
    switch function {
    case .activation(.identity): transform = { $0 }
    case .activation(.relu): transform = { max($0, 0) }
    case .absolute: transform = { $0 < 0 ? 0 &- $0 : $0 }
    case .negate: transform = { 0 &- $0 }
    case .sign: transform = { $0.signum() }
    default: return nil
    }
    return Tensor(x.shape, x.elements(as: type).map(transform))
  }
}

extension Binary: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let a = try inputs.required(0).broadcast(to: outputs[0].shape)
    let b = try inputs.required(1).broadcast(to: outputs[0].shape)
    if let integer = a.element.integerType, b.element.isInteger {
      return [kind == .power ? try powers(a, b, integer) : try integers(a, b, integer)]
    }
    let results = zip(a.doubles(), b.doubles()).map { activation(apply($0, $1)) }
    return [try Tensor(rounding: results, to: outputs[0])]
  }

  /// NaN wins against every number in maximum and minimum.
  private func apply(_ a: Double, _ b: Double) -> Double {
    switch kind {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: a.isNaN || a > b ? a : b
    case .minimum: a.isNaN || a < b ? a : b
    case .power: a.power(b)
    }
  }

  private func integers<Integer: IntegerElement>(
    _ a: Tensor, _ b: Tensor, _ type: Integer.Type
  ) throws -> Tensor {
    guard activation == .identity, b.element == a.element else {
      throw HewnError(.unsupported, "\(fusedName) of \(a.type) and \(b.type)")
    }
    let pairs = zip(a.elements(as: type), b.elements(as: type))
    return Tensor(a.shape, try pairs.map { try apply($0, $1) })
  }

  /// Wraps on overflow; division truncates toward zero.
  private func apply<Integer: IntegerElement>(_ a: Integer, _ b: Integer) throws -> Integer {
    switch kind {
    case .add: return a &+ b
    case .subtract: return a &- b
    case .multiply: return a &* b
    case .maximum: return max(a, b)
    case .minimum: return min(a, b)
    case .divide:
      guard b != 0 else { throw HewnError(.invalidFile, "integer division \(a) / 0") }
      return a.dividedReportingOverflow(by: b).partialValue
    case .power: return try power(a, Int(b))
    }
  }

  /// The exponents may be of another integer type.
  private func powers<Integer: IntegerElement>(
    _ a: Tensor, _ b: Tensor, _ type: Integer.Type
  ) throws -> Tensor {
    Tensor(a.shape, try zip(a.elements(as: type), b.integers()).map { try power($0, $1) })
  }

  /// aᵇ, truncated toward zero where b is negative.
  private func power<Integer: IntegerElement>(_ a: Integer, _ b: Int) throws -> Integer {
    if b < 0 {
      guard a != 0 else { throw HewnError(.invalidFile, "integer power 0 ^ \(b)") }
      // Only 1 and −1 have inverses.
      guard a.magnitude == 1 else { return 0 }
    }
    var (result, square, exponent) = (Integer(1), a, b.magnitude)
    while exponent > 0 {
      if exponent & 1 == 1 { result = result &* square }
      square = square &* square
      exponent >>= 1
    }
    return result
  }
}

extension Mod: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let a = try inputs.required(0).broadcast(to: outputs[0].shape)
    let b = try inputs.required(1).broadcast(to: outputs[0].shape)
    if let integer = a.element.integerType { return [try integers(a, b, integer)] }
    let results = zip(a.doubles(), b.doubles()).map { $0.truncatingRemainder(dividingBy: $1) }
    return [try Tensor(rounding: results, to: outputs[0])]
  }

  private func integers<Integer: IntegerElement>(
    _ a: Tensor, _ b: Tensor, _ type: Integer.Type
  ) throws -> Tensor {
    let results = try zip(a.elements(as: type), b.elements(as: type)).map { a, b in
      guard b != 0 else { throw HewnError(.invalidFile, "integer remainder of \(a) / 0") }
      let remainder = a.remainderReportingOverflow(dividingBy: b).partialValue
      let isOfDivisor = followsDividend || remainder == 0 || (remainder < 0) == (b < 0)
      return isOfDivisor ? remainder : remainder + b
    }
    return Tensor(a.shape, results)
  }
}

extension Mean: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    var sums = [Double](repeating: 0, count: outputs[0].shape.elementCount)
    for index in inputs.indices {
      let terms = try inputs.required(index).broadcast(to: outputs[0].shape).doubles()
      for (place, term) in terms.enumerated() { sums[place] += term }
    }
    return [try Tensor(rounding: sums.map { $0 / Double(inputs.count) }, to: outputs[0])]
  }
}

extension Clip: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let (lower, upper) = (inputs.optional(1), inputs.optional(2))
    for bound in [lower, upper] {
      guard let bound else { continue }
      guard bound.element == x.element, bound.shape.elementCount == 1 else {
        throw HewnError(.invalidFile, "bound is \(bound.type), expected one \(x.element)")
      }
    }
    if let integer = x.element.integerType { return [integers(x, lower, upper, integer)] }
    let (low, high) = (lower?.doubles()[0] ?? -.infinity, upper?.doubles()[0] ?? .infinity)
    return [try Tensor(rounding: x.doubles().map { $0.clipped(low, high) }, to: outputs[0])]
  }

  private func integers<Integer: IntegerElement>(
    _ x: Tensor, _ lower: Tensor?, _ upper: Tensor?, _ type: Integer.Type
  ) -> Tensor {
    let low = lower?.elements(as: type)[0] ?? .min
    let high = upper?.elements(as: type)[0] ?? .max
    return Tensor(x.shape, x.elements(as: type).map { $0.clipped(low, high) })
  }
}

extension PRelu: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let slope = try inputs.required(1).broadcast(to: x.shape)
    if let integer = x.element.integerType { return [integers(x, slope, integer)] }
    let results = zip(x.doubles(), slope.doubles()).map { $0 < 0 ? $1 * $0 : $0 }
    return [try Tensor(rounding: results, to: outputs[0])]
  }

  private func integers<Integer: IntegerElement>(
    _ x: Tensor, _ slope: Tensor, _ type: Integer.Type
  ) -> Tensor {
    let pairs = zip(x.elements(as: type), slope.elements(as: type))
    return Tensor(x.shape, pairs.map { $0 < 0 ? $1 &* $0 : $0 })
  }
}

extension Cast: ReferenceOperator {
  /// Floating-point to integer truncates toward zero and saturates, NaN becomes 0; integer to
  /// integer keeps the low bits; anything but 0 is true.
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    [try inputs.required(0).cast(to: outputs[0].element)]
  }
}

extension CastLike: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    [try inputs.required(0).cast(to: outputs[0].element)]
  }
}

extension Tensor {
  /// The same values as another element type, by the rules of `Cast`.
  func cast(to target: ElementType) throws -> Tensor {
    if target == element { return self }
    if let from = element.integerType, let to = target.integerType {
      return truncatingIntegers(from, to)
    }
    if let from = element.integerType, target == .float32 { return roundingIntegers(from) }
    // Exact, and much the most frequent in half-precision models.
    if target == .float32, element.byteCount == 2 { return Tensor(shape, floats()) }
    return try Tensor(rounding: doubles(), to: TensorType(target, shape))
  }

  private func truncatingIntegers<From: IntegerElement, To: IntegerElement>(
    _ from: From.Type, _: To.Type
  ) -> Tensor {
    Tensor(shape, elements(as: from).map { To(truncatingIfNeeded: $0) })
  }

  /// Straight to single precision: by way of double precision, 64-bit integers would round twice.
  private func roundingIntegers<From: IntegerElement>(_ from: From.Type) -> Tensor {
    Tensor(shape, elements(as: from).map { Float($0) })
  }
}
