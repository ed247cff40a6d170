package import Tensors

/// A sum of products by Einstein's convention: letters name axes, what the output does not name is
/// summed. Inputs: one tensor for each term of the equation.
package struct Einsum: Operator, Hashable {
  /// As in `bij,bjk->bik`; `...` stands for axes that broadcast.
  package var equation: String
  package var name: String { "Einsum" }
  package init(_ equation: String) { self.equation = equation }
}

extension Einsum {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    var operands: [Operand] = []
    for (index, input) in inputs.enumerated() {
      guard let input else { throw HewnError(.invalidFile, "input \(index) is missing") }
      operands.append(input)
    }
    guard let first = operands.first?.type, first.element != .bool,
      operands.allSatisfy({ $0.type.element == first.element })
    else {
      throw HewnError(
        .invalidFile,
        "inputs are \(operands.map { "\($0.type)" }.joined(separator: ", ")), expected numbers of"
          + " one type")
    }
    let geometry = try geometry(inputs: operands.map(\.shape))
    return [TensorType(first.element, geometry.output)]
  }

  /// One operation for each factor of each product.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let geometry = try? geometry(inputs: inputs.compactMap { $0?.shape })
    let products = OperationCount.product(
      outputs[0].shape.elementCount, geometry?.summed.elementCount ?? 1)
    return OperationCount(
      flops: OperationCount.product(inputs.count, products), moving: inputs, outputs)
  }
}
