internal import Tensors

extension TensorType {
  /// Whether passes compute constants of the type: in double precision, rounded once.
  var isComputable: Bool { element == .float32 || element == .float64 }
}

extension Tensor {
  /// The element, if there is exactly one and it is a floating-point number.
  var floatingPointScalar: Double? {
    guard shape.elementCount == 1, element.isFloatingPoint else { return nil }
    return doubles()[0]
  }

  /// Computes a tensor of the same element type in double precision, rounded once.
  ///
  /// - Parameters:
  ///   - shape: The result's shape.
  ///   - compute: Gives the result's element at a row-major index; its first argument reads this
  ///     tensor's elements.
  /// - Precondition: `type.isComputable`.
  /// - Throws: `outOfMemory`.
  func mapped(
    to shape: Shape, _ compute: (_ element: (Int) -> Double, _ index: Int) -> Double
  ) throws -> Tensor {
    precondition(type.isComputable, "arithmetic on \(type)")
    return element == .float32
      ? try mapped(as: Float.self, to: shape, compute)
      : try mapped(as: Double.self, to: shape, compute)
  }

  private func mapped<Element: TensorElement & BinaryFloatingPoint>(
    as _: Element.Type, to shape: Shape,
    _ compute: (_ element: (Int) -> Double, _ index: Int) -> Double
  ) throws -> Tensor {
    try Tensor(type: TensorType(element, shape)) { bytes in
      let results = bytes.bindMemory(to: Element.self)
      withElements(as: Element.self) { elements in
        for index in 0..<shape.elementCount {
          results[index] = Element(compute({ Double(elements[$0]) }, index))
        }
      }
    }
  }
}
