package import Tensors

/// Resampling with every axis resolved.
package struct ResizeGeometry: Hashable, Sendable {
  /// One entry for each axis of the input.
  package var axes: [ResizeAxis]

  package var outputExtents: [Int] { axes.map(\.outputExtent) }

  /// The axes that are resampled at all.
  package var resampledAxes: [Int] { axes.indices.filter { axes[$0].isResampled } }
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
    var geometry = ResizeGeometry(axes: shape.dimensions.map { ResizeAxis(staying: $0) })

    // Before opset 13 an absent scales is often an empty tensor.
    let hasScales = (inputs.optional(2)?.shape.elementCount ?? 0) > 0
    let hasSizes = (inputs.optional(3)?.shape.elementCount ?? 0) > 0
    guard hasScales != hasSizes || axes.isEmpty else {
      throw HewnError(
        .invalidFile,
        hasScales ? "both scales and sizes are given" : "neither scales nor sizes are given")
    }
    if hasScales {
      for (axis, scale) in zip(axes, try scales(inputs, count: axes.count)) {
        geometry.axes[axis] = try ResizeAxis(shape[axis], axis: axis, scale: scale)
      }
    } else if hasSizes {
      let sizes = try sizes(inputs, axes, of: shape)
      let common = commonScale(zip(axes, sizes).map { ($1, shape[$0]) })
      for (axis, size) in zip(axes, sizes) {
        geometry.axes[axis] =
          if let common {
            try ResizeAxis(shape[axis], axis: axis, commonScale: common)
          } else {
            ResizeAxis(shape[axis], size: size)
          }
      }
    }
    if coordinates == .tfCropAndResize {
      let crop = try crop(inputs, count: axes.count)
      for (index, axis) in axes.enumerated() {
        geometry.axes[axis].crop(from: crop[index], to: crop[axes.count + index])
      }
    }
    return geometry
  }

  /// The scale of all axes where sizes keep the aspect ratio; `nil` where each has its own.
  ///
  /// - Parameter extents: the wanted size and the extent of each axis.
  private func commonScale(_ extents: [(size: Int, extent: Int)]) -> Double? {
    let scales = extents.filter { $0.extent > 0 }.map { Double($0.size) / Double($0.extent) }
    return switch aspectRatioPolicy {
    case .stretch: nil
    case .notLarger: scales.min()
    case .notSmaller: scales.max()
    }
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

  private func sizes(
    _ inputs: OperandList, _ axes: [Int], of shape: Shape
  ) throws(HewnError) -> [Int] {
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
    }
    return sizes
  }

  /// The starts, then the ends of what is read.
  private func crop(_ inputs: OperandList, count: Int) throws(HewnError) -> [Float] {
    let tensor = try inputs.constant(1)
    guard tensor.element.isFloatingPoint, tensor.shape == [2 * count] else {
      throw HewnError(
        .invalidFile, "roi is \(tensor.type), expected \(2 * count) floating-point elements")
    }
    let crop = tensor.floats()
    for bound in crop where !bound.isFinite {
      throw HewnError(.invalidFile, "roi has the bound \(bound)")
    }
    return crop
  }
}
