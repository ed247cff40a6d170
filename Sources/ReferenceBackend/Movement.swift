package import Graphs
package import Tensors

extension Concat: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let tensors = inputs.compactMap { $0 }
    let shape = outputs[0].shape
    let axis = try shape.normalized(axis: axis)
    // What lies together along the axis and behind it moves as one run of bytes.
    let runs = tensors.map { tensor in
      let geometry = AxisGeometry(tensor.shape, axis: axis)
      return geometry.extent * geometry.inner * tensor.element.byteCount
    }
    let element = try inputs.required(0).element
    let result = try Tensor(type: TensorType(element, shape)) { bytes in
      var position = 0
      for outer in 0..<AxisGeometry(shape, axis: axis).outer {
        for (tensor, run) in zip(tensors, runs) {
          tensor.withUnsafeBytes { from in
            let run = UnsafeRawBufferPointer(rebasing: from[outer * run..<(outer + 1) * run])
            UnsafeMutableRawBufferPointer(rebasing: bytes[position...]).copyMemory(from: run)
          }
          position += run
        }
      }
    }
    return [result]
  }
}

extension Split: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let axis = try x.shape.normalized(axis: axis)
    var start = 0
    return try outputs.map { type in
      var coordinates = x.shape.dimensions.map { Array(0..<$0) }
      coordinates[axis] = Array(start..<start + type.shape[axis])
      start += type.shape[axis]
      return try x.gathering(SourceIndices(of: x.shape, coordinates: coordinates), type.shape)
    }
  }
}

extension Slice: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let coordinates = try geometry(for: inputs.operands).axes.map { axis in
      (0..<axis.count).map { axis.start + $0 * axis.step }
    }
    let source = SourceIndices(of: x.shape, coordinates: coordinates)
    return [try x.gathering(source, outputs[0].shape)]
  }
}

extension Pad: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let geometry = try geometry(for: inputs.operands)
    let coordinates = x.shape.dimensions.indices.map { axis in
      let (begin, end) = (geometry.begin[axis], geometry.end[axis])
      let (cropped, added) = (max(-begin, 0), max(begin, 0))
      let kept = x.shape[axis] - cropped - max(-end, 0)
      return (0..<geometry.outputExtents[axis]).map { output in
        let position = self.position(output - added, extent: kept)
        return position == SourceIndices.outside ? position : position + cropped
      }
    }
    let source = SourceIndices(of: x.shape, coordinates: coordinates)
    let filler = try inputs.optional(2)?.cast(to: x.element)
    return [try x.gathering(source, outputs[0].shape, filler: filler)]
  }

  /// The element of `0..<extent` that stands at a position which may lie outside.
  private func position(_ position: Int, extent: Int) -> Int {
    if (0..<extent).contains(position) { return position }
    switch mode {
    case .constant: return SourceIndices.outside
    case .edge: return position < 0 ? 0 : extent - 1
    case .reflect: return position < 0 ? -position : 2 * (extent - 1) - position
    case .wrap: return ((position % extent) + extent) % extent
    }
  }
}

extension Transpose: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let strides = x.shape.strides
    let offsets = try permutation(for: x.shape).map { axis in
      (0..<x.shape[axis]).map { $0 * strides[axis] }
    }
    return [try x.gathering(SourceIndices(offsets: offsets), outputs[0].shape)]
  }
}

extension Expand: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let shape = outputs[0].shape
    return [try x.gathering(SourceIndices(broadcasting: x.shape, to: shape), shape)]
  }
}

extension Tile: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let coordinates = zip(x.shape.dimensions, outputs[0].shape.dimensions).map { extent, target in
      (0..<target).map { $0 % extent }
    }
    let source = SourceIndices(of: x.shape, coordinates: coordinates)
    return [try x.gathering(source, outputs[0].shape)]
  }
}

extension CenterCropPad: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let coordinates = zip(x.shape.dimensions, outputs[0].shape.dimensions).map { extent, target in
      Self.sources(extent: extent, target: target).map { $0 ?? SourceIndices.outside }
    }
    let source = SourceIndices(of: x.shape, coordinates: coordinates)
    return [try x.gathering(source, outputs[0].shape)]
  }
}

extension Compress: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let selection = try selection(for: inputs.operands)
    guard let axis else { return [try x.gathering(SourceIndices(selection), outputs[0].shape)] }
    var coordinates = x.shape.dimensions.map { Array(0..<$0) }
    coordinates[try x.shape.normalized(axis: axis)] = selection
    let source = SourceIndices(of: x.shape, coordinates: coordinates)
    return [try x.gathering(source, outputs[0].shape)]
  }
}

extension Trilu: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let diagonal = try inputs.optional(1)?.integers()[0] ?? 0
    let (rows, columns) = (x.shape[x.shape.rank - 2], x.shape[x.shape.rank - 1])
    let indices = (0..<x.shape.elementCount).map { index in
      let distance = index % columns - index / columns % rows
      let isKept = keepsUpper ? distance >= diagonal : distance <= diagonal
      return isKept ? index : SourceIndices.outside
    }
    return [try x.gathering(SourceIndices(indices), x.shape)]
  }
}

extension ReverseSequence: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let lengths = try inputs.required(1).integers()
    let extent = x.shape[timeAxis]
    for (index, length) in lengths.enumerated() where length < 0 || length > extent {
      throw HewnError(
        .invalidFile,
        "sequence_lens[\(index)] is \(length), outside the extent \(extent) of axis \(timeAxis)")
    }
    let inner = x.shape.elementCount / (x.shape[0] * x.shape[1])
    var indices: [Int] = []
    for first in 0..<x.shape[0] {
      for second in 0..<x.shape[1] {
        var source = [first, second]
        let (time, length) = (source[timeAxis], lengths[source[batchAxis]])
        if time < length { source[timeAxis] = length - 1 - time }
        let start = (source[0] * x.shape[1] + source[1]) * inner
        indices += start..<start + inner
      }
    }
    return [try x.gathering(SourceIndices(indices), x.shape)]
  }
}

extension BitCast: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    var x = try inputs.required(0)
    // In double precision a float64 stands for a float32 where the other side has four bytes.
    if x.element == .float64, target.byteCount == 4 { x = try x.cast(to: .float32) }
    let result = try Tensor(type: TensorType(target, x.shape)) { target in
      x.withUnsafeBytes { target.copyMemory(from: $0) }
    }
    return [try result.cast(to: outputs[0].element)]
  }
}

/// An operator that gives its input's elements another shape, or none.
package protocol ReshapingReferenceOperator: ReferenceOperator {}

extension ReshapingReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    guard x.shape.elementCount == outputs[0].shape.elementCount else {
      throw HewnError(.invalidFile, "\(x.shape) does not hold the elements of \(outputs[0].shape)")
    }
    return [x.reshaped(outputs[0].shape)]
  }
}

extension Identity: ReshapingReferenceOperator {}
extension Reshape: ReshapingReferenceOperator {}
extension Flatten: ReshapingReferenceOperator {}
extension Squeeze: ReshapingReferenceOperator {}
extension Unsqueeze: ReshapingReferenceOperator {}
