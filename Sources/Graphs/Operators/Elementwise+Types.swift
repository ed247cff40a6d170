package import Tensors

extension Unary {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X")
    switch function {
    case .activation(.identity): return [try inputs.required(0).type]
    case .absolute, .shrink, .sign: return [try inputs.number(0).type]
    case .activation(.relu), .negate:
      let x = try inputs.number(0)
      guard !x.type.element.isUnsigned else {
        throw HewnError(.invalidFile, "input X is \(x.type), expected signed numbers")
      }
      return [x.type]
    default: return [try inputs.float(0).type]
    }
  }
}

extension Binary {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "A", "B")
    let a = try activation == .identity ? inputs.number(0) : inputs.float(0)
    let b = try inputs.number(1)
    if kind != .power { try inputs.checkOneElementType() }
    return [TensorType(a.type.element, try Shape.broadcast(a.shape, b.shape))]
  }
}

extension Mod {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "A", "B")
    let (a, b) = (try inputs.number(0), try inputs.required(1))
    try inputs.checkOneElementType()
    guard followsDividend || a.type.element.isInteger else {
      throw HewnError(.invalidFile, "input A is \(a.type), ONNX wants fmod = 1 for it")
    }
    return [TensorType(a.type.element, try Shape.broadcast(a.shape, b.shape))]
  }
}

extension Mean {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let operands = try inputs.indices.map { (index) throws(HewnError) in
      try OperandList([inputs[index]], "number \(index)").float(0)
    }
    guard let first = operands.first else { throw HewnError(.invalidFile, "no inputs") }
    var shape = first.shape
    for (index, operand) in operands.enumerated() {
      guard operand.type.element == first.type.element else {
        throw HewnError(
          .invalidFile,
          "input number \(index) is \(operand.type), expected \(first.type.element.rawValue) as"
            + " number 0")
      }
      shape = try Shape.broadcast(shape, operand.shape)
    }
    return [TensorType(first.type.element, shape)]
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
    let x = try inputs.number(0)
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

extension CastLike {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "input", "target_type")
    return [TensorType(try inputs.required(1).type.element, try inputs.required(0).shape)]
  }
}

extension Identity: MovementOperator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    [try OperandList(inputs, "input").required(0).type]
  }
}
