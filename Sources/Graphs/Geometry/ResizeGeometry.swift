package import Tensors

/// Resampling with every axis resolved.
package struct ResizeGeometry: Hashable, Sendable {
  /// Output extent / input extent as the coordinate formulas use it: the given scale where the
  /// model gives scales, the quotient of the extents where it gives sizes; 1 for other axes.
  package var scales: [Float]
  package var inputExtents: [Int]
  package var outputExtents: [Int]

  /// The axes that are resampled at all.
  package var resampledAxes: [Int] {
    scales.indices.filter { scales[$0] != 1 || inputExtents[$0] != outputExtents[$0] }
  }
}

extension Resize {
  /// Resolves scales and extents for inputs X, roi, scales and sizes.
  ///
  /// - Throws: `invalidFile` where the lists and X disagree, `unsupported` for lists that are not
  ///   constant.
  package func geometry(for inputs: [Operand?]) throws(HewnError) -> ResizeGeometry {
    let inputs = try OperandList(inputs, "X", "roi", "scales", "sizes")
    let shape = try inputs.required(0).shape
    let axes =
      if let axes = self.axes { try shape.normalized(axes: axes) } else { Array(0..<shape.rank) }
    var geometry = ResizeGeometry(
      scales: [Float](repeating: 1, count: shape.rank), inputExtents: shape.dimensions,
      outputExtents: shape.dimensions)

    // Before opset 13 an absent scales is often an empty tensor.
    let hasScales = (inputs.optional(2)?.shape.elementCount ?? 0) > 0
    let hasSizes = (inputs.optional(3)?.shape.elementCount ?? 0) > 0
    guard hasScales != hasSizes || axes.isEmpty else {
      throw HewnError(
        .invalidFile,
        hasScales ? "both scales and sizes are given" : "neither scales nor sizes are given")
    }
    if hasScales {
      let scales = try scales(inputs, count: axes.count)
      for (axis, scale) in zip(axes, scales) {
        // In single precision, as exporters compute it: 10 · 0.7 is 7 there and 6.99… in double.
        let extent = (Float(shape[axis]) * scale).rounded(.down)
        guard extent <= Float(Shape.maximumElementCount) else {
          throw HewnError(.unsupported, "scale \(scale) takes axis \(axis) beyond 2^40")
        }
        geometry.scales[axis] = scale
        geometry.outputExtents[axis] = Int(extent)
      }
    } else if hasSizes {
      let sizes = try inputs.integers(3)
      guard sizes.count == axes.count else {
        throw HewnError(
          .invalidFile, "sizes has \(sizes.count) entries, expected \(axes.count) for X \(shape)")
      }
      for (axis, size) in zip(axes, sizes) {
        guard size >= 0, size <= Shape.maximumElementCount else {
          throw HewnError(.invalidFile, "size \(size) of axis \(axis) is not an extent")
        }
        guard shape[axis] > 0 || size == 0 else {
          throw HewnError(.invalidFile, "axis \(axis) is empty and cannot become \(size)")
        }
        geometry.scales[axis] = size == shape[axis] ? 1 : Float(size) / Float(shape[axis])
        geometry.outputExtents[axis] = size
      }
    }
    return geometry
  }

  private func scales(_ inputs: OperandList, count: Int) throws(HewnError) -> [Float] {
    let tensor = try inputs.constant(2)
    guard tensor.element == .float32, tensor.shape == [count] else {
      throw HewnError(.invalidFile, "scales is \(tensor.type), expected float32[\(count)]")
    }
    let scales = tensor.elements(as: Float.self)
    for scale in scales where !(scale > 0 && scale.isFinite) {
      throw HewnError(.invalidFile, "scale \(scale) is not a positive number")
    }
    return scales
  }
}
