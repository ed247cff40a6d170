package import Graphs
package import Tensors

extension Gather: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, indices) = (try inputs.required(0), try inputs.required(1))
    let axis = try x.shape.normalized(axis: axis)
    var coordinates = x.shape.dimensions.map { Array(0..<$0) }
    coordinates[axis] = try indices.integers().map {
      try x.shape.normalized(index: $0, axis: axis)
    }
    let source = SourceIndices(of: x.shape, coordinates: coordinates)
    return [try x.gathering(source, outputs[0].shape)]
  }
}

extension GatherElements: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let axis = try x.shape.normalized(axis: axis)
    let places = try x.shape.places(along: axis, try inputs.required(1))
    return [try x.gathering(SourceIndices(places), outputs[0].shape)]
  }
}

extension GatherND: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let starts = try x.shape.starts(of: try inputs.required(1), batchAxes: batchAxes)
    let length = outputs[0].shape.elementCount / starts.count
    let source = SourceIndices(starts.flatMap { $0..<$0 + length })
    return [try x.gathering(source, outputs[0].shape)]
  }
}

extension ScatterElements: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let axis = try x.shape.normalized(axis: axis)
    let places = try x.shape.places(along: axis, try inputs.required(1))
    return [try x.scattering(try inputs.required(2), at: places, by: reduction)]
  }
}

extension ScatterND: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, updates) = (try inputs.required(0), try inputs.required(2))
    let starts = try x.shape.starts(of: try inputs.required(1))
    let length = updates.shape.elementCount / max(starts.count, 1)
    return [
      try x.scattering(updates, at: starts.flatMap { $0..<$0 + length }, by: reduction)
    ]
  }
}

extension TensorScatter: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (cache, update) = (try inputs.required(0), try inputs.required(1))
    let axis = try cache.shape.normalized(axis: axis)
    let lines = AxisGeometry(update.shape, axis: axis)
    let capacity = cache.shape[axis]
    let starts =
      try inputs.optional(2)?.integers() ?? [Int](repeating: 0, count: cache.shape[0])
    for (index, start) in starts.enumerated() {
      let isInside = start >= 0 && start <= capacity - (mode == .linear ? lines.extent : 1)
      guard isInside else {
        throw HewnError(
          .invalidFile,
          "write_indices[\(index)] is \(start): \(lines.extent) elements from there lie outside"
            + " extent \(capacity) of axis \(axis)")
      }
    }
    var places: [Int] = []
    for outer in 0..<lines.outer {
      let start = starts[outer / (lines.outer / cache.shape[0])]
      for step in 0..<lines.extent {
        let first = (outer * capacity + (start + step) % capacity) * lines.inner
        places += first..<first + lines.inner
      }
    }
    return [try cache.scattering(update, at: places, by: .none)]
  }
}

extension Tensor {
  /// A copy in which each update is combined with the element at its place, in order.
  ///
  /// Floating-point arithmetic rounds once, after all updates; integers wrap; of bools, addition and
  /// maximum are or, multiplication and minimum are and.
  ///
  /// - Precondition: one place for each update, inside this tensor or ``SourceIndices/outside``.
  func scattering(
    _ updates: Tensor, at places: [Int], by reduction: ScatterReduction
  ) throws -> Tensor {
    guard updates.element == element else {
      throw HewnError(.invalidFile, "updates is \(updates.type), expected \(element.rawValue)")
    }
    if reduction == .none {
      // Update i is element i behind this tensor's own.
      var sources = Array(0..<shape.elementCount)
      for (index, place) in places.enumerated() where place != SourceIndices.outside {
        sources[place] = shape.elementCount + index
      }
      let joined = try Tensor(
        type: TensorType(element, [shape.elementCount + updates.shape.elementCount])
      ) { target in
        withUnsafeBytes { target.copyMemory(from: $0) }
        updates.withUnsafeBytes { source in
          UnsafeMutableRawBufferPointer(rebasing: target[type.byteCount...])
            .copyMemory(from: source)
        }
      }
      return try joined.gathering(SourceIndices(sources), shape)
    }
    if let integer = element.integerType {
      return scattering(updates, at: places, by: reduction, integer)
    }
    var elements = doubles()
    for (place, update) in zip(places, updates.doubles()) where place != SourceIndices.outside {
      let old = elements[place]
      elements[place] =
        switch reduction {
        case .none: update
        case .add: old + update
        case .multiply: old * update
        // NaN wins against every number.
        case .maximum: old.isNaN || old > update ? old : update
        case .minimum: old.isNaN || old < update ? old : update
        }
    }
    return try Tensor(rounding: elements, to: type)
  }

  private func scattering<Integer: IntegerElement>(
    _ updates: Tensor, at places: [Int], by reduction: ScatterReduction, _ integer: Integer.Type
  ) -> Tensor {
    var elements = elements(as: integer)
    for (place, update) in zip(places, updates.elements(as: integer))
    where place != SourceIndices.outside {
      let old = elements[place]
      elements[place] =
        switch reduction {
        case .none: update
        case .add: old &+ update
        case .multiply: old &* update
        case .maximum: max(old, update)
        case .minimum: min(old, update)
        }
    }
    return Tensor(shape, elements)
  }
}
