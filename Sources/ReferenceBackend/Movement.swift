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
    return [try x.gathering(source, outputs[0].shape, filler: inputs.optional(2))]
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

extension Gather: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, indices) = (try inputs.required(0), try inputs.required(1))
    let axis = try x.shape.normalized(axis: axis)
    let extent = x.shape[axis]
    var coordinates = x.shape.dimensions.map { Array(0..<$0) }
    coordinates[axis] = try indices.integers().map { index in
      guard index >= -extent, index < extent else {
        throw HewnError(
          .invalidFile, "index \(index) lies outside axis \(axis) of extent \(extent)")
      }
      return index < 0 ? index + extent : index
    }
    let source = SourceIndices(of: x.shape, coordinates: coordinates)
    return [try x.gathering(source, outputs[0].shape)]
  }
}

extension Expand: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let shape = outputs[0].shape
    return [try x.gathering(SourceIndices(broadcasting: x.shape, to: shape), shape)]
  }
}

extension ConstantOfShape: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let shape = outputs[0].shape
    let zeros = [Int](repeating: 0, count: shape.elementCount)
    return [try value.cast(to: outputs[0].element).gathering(SourceIndices(zeros), shape)]
  }
}

extension DepthToSpace: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let shape = outputs[0].shape
    let strides = x.shape.strides
    var indices: [Int] = []
    indices.reserveCapacity(shape.elementCount)
    for n in 0..<shape[0] {
      for c in 0..<shape[1] {
        for h in 0..<shape[2] {
          for w in 0..<shape[3] {
            let block = h % blockSize * blockSize + w % blockSize
            let channel =
              switch mode {
              case .depthColumnRow: block * shape[1] + c
              case .columnRowDepth: c * blockSize * blockSize + block
              }
            indices.append(
              n * strides[0] + channel * strides[1] + h / blockSize * strides[2] + w / blockSize)
          }
        }
      }
    }
    return [try x.gathering(SourceIndices(indices), shape)]
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
