package import Tensors

extension Comparison {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "A", "B")
    let a = try kind == .equal ? inputs.required(0) : inputs.number(0)
    let b = try inputs.required(1)
    try inputs.checkOneElementType()
    return [TensorType(.bool, try Shape.broadcast(a.shape, b.shape))]
  }
}

extension Logic {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try kind == .not ? OperandList(inputs, "X") : OperandList(inputs, "A", "B")
    let a = try inputs.required(0)
    let element = a.type.element
    guard isBitwise ? element.isInteger : element == .bool else {
      throw HewnError(
        .invalidFile, "the first input is \(a.type), expected \(isBitwise ? "integers" : "bool")")
    }
    guard kind != .not else { return [a.type] }
    let b = try inputs.required(1)
    try inputs.checkOneElementType()
    return [TensorType(element, try Shape.broadcast(a.shape, b.shape))]
  }
}

extension BitShift {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "Y")
    let (a, b) = (try inputs.required(0), try inputs.required(1))
    guard a.type.element.isUnsigned else {
      throw HewnError(.invalidFile, "input X is \(a.type), expected unsigned integers")
    }
    try inputs.checkOneElementType()
    return [TensorType(a.type.element, try Shape.broadcast(a.shape, b.shape))]
  }
}

extension IsNaN {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    [TensorType(.bool, try OperandList(inputs, "X").float(0).shape)]
  }
}

extension IsInf {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    [TensorType(.bool, try OperandList(inputs, "X").float(0).shape)]
  }
}

extension Where {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "condition", "X", "Y")
    let condition = try inputs.required(0)
    let (x, y) = (try inputs.required(1), try inputs.required(2))
    guard condition.type.element == .bool else {
      throw HewnError(.invalidFile, "input condition is \(condition.type), expected bool")
    }
    guard x.type.element == y.type.element else {
      throw HewnError(
        .invalidFile, "input Y is \(y.type), expected \(x.type.element.rawValue) as X")
    }
    let shape = try Shape.broadcast(condition.shape, try Shape.broadcast(x.shape, y.shape))
    return [TensorType(x.type.element, shape)]
  }
}
