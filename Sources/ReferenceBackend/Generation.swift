package import Graphs
package import Tensors

extension ConstantOfShape: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let element = try value.cast(to: outputs[0].element)
    let size = element.element.byteCount
    return [
      try Tensor(type: outputs[0]) { bytes in
        // Doubled again and again: networks without weights make a hundred million elements so.
        var filled = min(size, bytes.count)
        element.withUnsafeBytes { bytes.copyMemory(from: .init(rebasing: $0[..<filled])) }
        while filled < bytes.count {
          let count = min(filled, bytes.count - filled)
          let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[filled..<filled + count])
          rest.copyMemory(from: .init(rebasing: bytes[..<count]))
          filled += count
        }
      }
    ]
  }
}

extension ShapeOf: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let rank = x.shape.rank
    let first = start < 0 ? start + rank : start
    let end = end ?? rank
    let last = end < 0 ? end + rank : end
    let extents = x.shape.dimensions.enumerated().filter { first <= $0.offset && $0.offset < last }
    return [Tensor([extents.count], extents.map { Int64($0.element) })]
  }
}

extension SizeOf: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    [Tensor(scalar: Int64(try inputs.required(0).shape.elementCount))]
  }
}

extension RangeOf: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (start, delta) = (try inputs.required(0), try inputs.required(2))
    let count = outputs[0].shape.elementCount
    if let integer = start.element.integerType {
      return [integers(from: start, by: delta, count: count, integer)]
    }
    let (first, step) = (start.doubles()[0], delta.doubles()[0])
    return [
      try Tensor(rounding: (0..<count).map { first + Double($0) * step }, to: outputs[0])
    ]
  }

  private func integers<Integer: IntegerElement>(
    from start: Tensor, by delta: Tensor, count: Int, _ integer: Integer.Type
  ) -> Tensor {
    let (first, step) = (start.elements(as: integer)[0], delta.elements(as: integer)[0])
    return Tensor(
      [count], (0..<count).map { first &+ Integer(truncatingIfNeeded: $0) &* step })
  }
}

extension EyeLike: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let columns = outputs[0].shape[1]
    let ones = (0..<outputs[0].shape.elementCount).map { index in
      index % columns - index / columns == diagonal ? 1.0 : 0
    }
    return [try Tensor(rounding: ones, to: outputs[0])]
  }
}

extension OneHot: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (indices, values) = (try inputs.required(0), try inputs.required(2))
    let shape = outputs[0].shape
    let lines = AxisGeometry(shape, axis: try shape.normalized(axis: axis))
    let marked =
      if indices.element.integerType != nil {
        try indices.integers()
      } else {
        indices.doubles().map { Int(saturating: $0) }
      }
    // Off is element 0, on is element 1.
    var sources = [Int](repeating: 0, count: shape.elementCount)
    for (position, index) in marked.enumerated()
    where index >= -lines.extent && index < lines.extent {
      let (outer, inner) = position.quotientAndRemainder(dividingBy: lines.inner)
      let place = index < 0 ? index + lines.extent : index
      sources[(outer * lines.extent + place) * lines.inner + inner] = 1
    }
    return [try values.gathering(SourceIndices(sources), shape)]
  }
}

extension NonZero: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let places = x.doubles().indices(where: { $0 != 0 }).ranges.flatMap { $0 }
    let coordinates = zip(x.shape.dimensions, x.shape.strides).flatMap { extent, stride in
      places.map { Int64($0 / stride % extent) }
    }
    return [Tensor(outputs[0].shape, coordinates)]
  }
}

extension Unique: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let groups = try groups(of: x)
    var source = SourceIndices(groups.first)
    if let axis {
      var coordinates = x.shape.dimensions.map { Array(0..<$0) }
      coordinates[try x.shape.normalized(axis: axis)] = groups.first
      source = SourceIndices(of: x.shape, coordinates: coordinates)
    }
    return [try x.gathering(source, outputs[0].shape)]
      + [groups.first, groups.members, groups.counts].map { list in
        Tensor([list.count], list.map { Int64($0) })
      }
  }
}
