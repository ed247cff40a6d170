package import Graphs
package import Tensors

extension Einsum: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let tensors = try inputs.indices.map { try inputs.required($0) }
    let geometry = try geometry(inputs: tensors.map(\.shape))
    try Reference.check(TensorType(.float64, geometry.summed))
    if let integer = outputs[0].element.integerType {
      return [wrapping(tensors, geometry, integer)]
    }
    let y = sums(of: tensors.map { $0.doubles() }, geometry, 0, 1, +, *)
    return [try Tensor(rounding: y, to: outputs[0])]
  }

  private func wrapping<Integer: IntegerElement>(
    _ tensors: [Tensor], _ geometry: EinsumGeometry, _ type: Integer.Type
  ) -> Tensor {
    let y = sums(of: tensors.map { $0.elements(as: type) }, geometry, 0, 1, &+, &*)
    return Tensor(geometry.output, y)
  }

  private func sums<Element>(
    of factors: [[Element]], _ geometry: EinsumGeometry, _ zero: Element, _ one: Element,
    _ add: (Element, Element) -> Element, _ multiply: (Element, Element) -> Element
  ) -> [Element] {
    let starts = geometry.outputStrides.map { places(in: geometry.output, strides: $0) }
    let steps = geometry.summedStrides.map { places(in: geometry.summed, strides: $0) }
    return (0..<geometry.output.elementCount).map { index in
      (0..<geometry.summed.elementCount).reduce(zero) { sum, step in
        let product = factors.indices.reduce(one) { product, input in
          multiply(product, factors[input][starts[input][index] + steps[input][step]])
        }
        return add(sum, product)
      }
    }
  }

  /// The places that the coordinates of a shape stand for, in row-major order.
  private func places(in shape: Shape, strides: [Int]) -> [Int] {
    // An empty shape may still have a huge axis.
    guard shape.elementCount > 0 else { return [] }
    return SourceIndices(
      offsets: zip(shape.dimensions, strides).map { extent, stride in
        (0..<extent).map { $0 * stride }
      }
    ).indices
  }
}
