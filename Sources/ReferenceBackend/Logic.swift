package import Graphs
package import Tensors

extension Comparison: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (a, b) = (try inputs.required(0), try inputs.required(1))
    let shape = outputs[0].shape
    if a.element == b.element, let integer = a.element.integerType {
      return [try integers(a, b, shape, integer)]
    }
    let (left, right) = (try a.broadcast(to: shape), try b.broadcast(to: shape))
    return [Tensor(shape, zip(left.doubles(), right.doubles()).map(holds))]
  }

  private func integers<Integer: IntegerElement>(
    _ a: Tensor, _ b: Tensor, _ shape: Shape, _ type: Integer.Type
  ) throws -> Tensor {
    let left = try a.broadcast(to: shape).elements(as: type)
    let right = try b.broadcast(to: shape).elements(as: type)
    return Tensor(shape, zip(left, right).map(holds))
  }

  private func holds<Element: Comparable>(_ a: Element, _ b: Element) -> Bool {
    switch kind {
    case .equal: a == b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    case .less: a < b
    case .lessOrEqual: a <= b
    }
  }
}

extension Logic: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let shape = outputs[0].shape
    let a = try inputs.required(0).broadcast(to: shape)
    let b = kind == .not ? a : try inputs.required(1).broadcast(to: shape)
    guard let integer = a.element.integerType else {
      let pairs = zip(a.elements(as: Bool.self), b.elements(as: Bool.self))
      return [Tensor(shape, pairs.map { combine($0, $1) })]
    }
    return [integers(a, b, integer)]
  }

  private func combine(_ a: Bool, _ b: Bool) -> Bool {
    switch kind {
    case .and: a && b
    case .not: !a
    case .or: a || b
    case .xor: a != b
    }
  }

  private func integers<Integer: IntegerElement>(
    _ a: Tensor, _ b: Tensor, _ type: Integer.Type
  ) -> Tensor {
    let results = zip(a.elements(as: type), b.elements(as: type)).map { a, b in
      switch kind {
      case .and: a & b
      case .not: ~a
      case .or: a | b
      case .xor: a ^ b
      }
    }
    return Tensor(a.shape, results)
  }
}

extension BitShift: ReferenceOperator {
  /// Shifting by the element's width or more leaves nothing.
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let a = try inputs.required(0).broadcast(to: outputs[0].shape)
    let b = try inputs.required(1).broadcast(to: outputs[0].shape)
    guard let integer = a.element.integerType else {
      throw HewnError(.invalidFile, "input X is \(a.type), expected unsigned integers")
    }
    return [shifted(a, b, integer)]
  }

  private func shifted<Integer: IntegerElement>(
    _ a: Tensor, _ b: Tensor, _ type: Integer.Type
  ) -> Tensor {
    let results = zip(a.elements(as: type), b.elements(as: type)).map { a, b in
      direction == .left ? a << b : a >> b
    }
    return Tensor(a.shape, results)
  }
}

extension IsNaN: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    [Tensor(outputs[0].shape, try inputs.required(0).doubles().map(\.isNaN))]
  }
}

extension IsInf: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let results = try inputs.required(0).doubles().map { x in
      x == .infinity && detectsPositive || x == -.infinity && detectsNegative
    }
    return [Tensor(outputs[0].shape, results)]
  }
}

extension Where: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let type = outputs[0]
    let condition = try inputs.required(0).broadcast(to: type.shape).elements(as: Bool.self)
    let x = try inputs.required(1).broadcast(to: type.shape)
    let y = try inputs.required(2).broadcast(to: type.shape)
    let width = type.element.byteCount
    let result = try Tensor(type: type) { bytes in
      x.withUnsafeBytes { x in
        y.withUnsafeBytes { y in
          for (index, holds) in condition.enumerated() {
            let places = index * width..<(index + 1) * width
            bytes[places].copyBytes(from: (holds ? x : y)[places])
          }
        }
      }
    }
    return [result]
  }
}

extension Tensor {
  /// The tensor repeated along its axes of extent 1, aligned at the last axis.
  ///
  /// - Precondition: it broadcasts to `shape` in one direction.
  func broadcast(to shape: Shape) throws -> Tensor {
    if shape == self.shape { return self }
    return try gathering(SourceIndices(broadcasting: self.shape, to: shape), shape)
  }
}
