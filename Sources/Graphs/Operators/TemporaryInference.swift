package import Tensors
extension Operator {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    throw HewnError(.internal, "\(name) has no type inference")
  }
}
