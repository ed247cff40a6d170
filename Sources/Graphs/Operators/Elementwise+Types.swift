package import Tensors

extension Unary {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X")
    switch function {
    case .absolute: return [try inputs.number(0).type]
    case .activation(.identity): return [try inputs.required(0).type]
    case .negate:
      let x = try inputs.number(0)
      switch x.type.element {
      case .uint8, .uint16, .uint32, .uint64:
        throw HewnError(.invalidFile, "input X is \(x.type), expected signed numbers")
      default: return [x.type]
      }
    case .activation, .ceil, .exp, .floor, .log, .reciprocal, .squareRoot:
      return [try inputs.float(0).type]
    }
  }
}

extension Binary {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "A", "B")
    let a = try activation == .identity ? inputs.number(0) : inputs.float(0)
    let b = try inputs.required(1)
    if kind == .power, a.type.element != b.type.element {
      throw HewnError(
        .unsupported, "exponent is \(b.type), Hewn needs the base's type \(a.type.element.rawValue)"
      )
    }
    try inputs.checkOneElementType()
    return [TensorType(a.type.element, try Shape.broadcast(a.shape, b.shape))]
  }
}

extension Clip {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "input", "min", "max")
    let x = try inputs.number(0)
    try inputs.checkOneElementType()
    for (index, name) in [(1, "min"), (2, "max")] {
      guard let bound = inputs.optional(index), bound.shape.elementCount != 1 else { continue }
      throw HewnError(.invalidFile, "input \(name) has shape \(bound.shape), expected a scalar")
    }
    return [x.type]
  }
}

extension PRelu {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "slope")
    let x = try inputs.float(0)
    let slope = try inputs.required(1)
    try inputs.checkOneElementType()
    guard try Shape.broadcast(x.shape, slope.shape) == x.shape else {
      throw HewnError(
        .invalidFile, "slope of shape \(slope.shape) does not broadcast to X of shape \(x.shape)")
    }
    return [x.type]
  }
}

extension Cast {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let x = try OperandList(inputs, "input").required(0)
    return [TensorType(target, x.shape)]
  }
}

extension Identity: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    [try OperandList(inputs, "input").required(0).type]
  }
}
