package import Graphs
package import Tensors

extension Resize: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    var operands = inputs
    // Scales are single precision by definition; promoting and rounding them back is exact.
    if let scales = inputs.optional(2) { operands[2] = try scales.cast(to: .float32) }
    let geometry = try geometry(for: operands.operands)
    let axes = try x.shape.dimensions.indices.map { try ResizeAxis(geometry, axis: $0, of: self) }
    if mode == .nearest {
      let source = SourceIndices(of: x.shape, coordinates: axes.map { $0.nearest(rounding) })
      return [try x.gathering(source, outputs[0].shape)]
    }
    var y = x.doubles()
    var dimensions = x.shape.dimensions
    for axis in geometry.resampledAxes {
      let taps = axes[axis].taps(of: self)
      y = resample(y, Shape(dimensions), axis: axis, taps)
      dimensions[axis] = taps.count
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }

  /// Replaces every line along an axis by weighted sums of its elements.
  private func resample(
    _ x: [Double], _ shape: Shape, axis: Int, _ taps: [[ResizeAxis.Tap]]
  ) -> [Double] {
    let lines = AxisGeometry(shape, axis: axis)
    var y: [Double] = []
    y.reserveCapacity(lines.outer * taps.count * lines.inner)
    for outer in 0..<lines.outer {
      for taps in taps {
        for inner in 0..<lines.inner {
          var sum = 0.0
          for tap in taps {
            sum += tap.weight * x[(outer * lines.extent + tap.index) * lines.inner + inner]
          }
          y.append(sum)
        }
      }
    }
    return y
  }
}

/// How one axis is resampled.
private struct ResizeAxis {
  /// An input element and its weight.
  struct Tap {
    var index: Int
    var weight: Double
  }

  let inputExtent: Int
  /// Where each output stands between the inputs; in single precision, as ONNX Runtime computes
  /// it, because a coordinate that ought to be whole decides which element is nearest.
  let coordinates: [Float]

  init(_ geometry: ResizeGeometry, axis: Int, of op: Resize) throws {
    inputExtent = geometry.inputExtents[axis]
    guard geometry.resampledAxes.contains(axis) else {
      coordinates = (0..<inputExtent).map { Float($0) }
      return
    }
    let scale = geometry.scales[axis]
    let (input, output) = (Float(inputExtent), Float(geometry.outputExtents[axis]))
    let formula: (Float) -> Float
    switch op.coordinates {
    case .halfPixel: formula = { ($0 + 0.5) / scale - 0.5 }
    case .pytorchHalfPixel: formula = { output > 1 ? ($0 + 0.5) / scale - 0.5 : 0 }
    case .asymmetric: formula = { $0 / scale }
    case .alignCorners: formula = { output == 1 ? 0 : $0 * (input - 1) / (output - 1) }
    case .halfPixelSymmetric:
      let shift = input / 2 * (1 - output / (scale * input))
      formula = { shift + ($0 + 0.5) / scale - 0.5 }
    case .tfCropAndResize:
      throw HewnError(
        .unsupported, "coordinate_transformation_mode tf_crop_and_resize is not supported")
    }
    coordinates = (0..<geometry.outputExtents[axis]).map { formula(Float($0)) }
  }

  /// The nearest input of each output.
  func nearest(_ rounding: Resize.Rounding) -> [Int] {
    coordinates.map { coordinate in
      let rounded =
        switch rounding {
        case .roundPreferFloor: (coordinate - 0.5).rounded(.up)
        case .roundPreferCeil: (coordinate + 0.5).rounded(.down)
        case .floor: coordinate.rounded(.down)
        case .ceil: coordinate.rounded(.up)
        }
      return Int(rounded).clipped(0, inputExtent - 1)
    }
  }

  /// The inputs that each output blends.
  func taps(of op: Resize) -> [[Tap]] {
    coordinates.map { coordinate in
      let base = Int(coordinate.rounded(.down))
      let fraction = Double(coordinate) - Double(base)
      var taps: [Tap] =
        switch op.mode {
        case .nearest, .linear:
          [Tap(index: base, weight: 1 - fraction), Tap(index: base + 1, weight: fraction)]
        case .cubic:
          (-1...2).map { step in
            let distance = abs(fraction - Double(step))
            return Tap(
              index: base + step, weight: cubicWeight(distance, Double(op.cubicCoefficient)))
          }
        }
      if op.excludesOutside {
        taps.removeAll { !(0..<inputExtent).contains($0.index) }
        let sum = taps.reduce(0) { $0 + $1.weight }
        taps = taps.map { Tap(index: $0.index, weight: $0.weight / sum) }
      }
      // The border repeats outward.
      return taps.map { Tap(index: $0.index.clipped(0, inputExtent - 1), weight: $0.weight) }
    }
  }

  /// The weight of an input at a distance of up to 2.
  ///
  /// Source: Keys, "Cubic convolution interpolation for digital image processing" (1981).
  private func cubicWeight(_ d: Double, _ a: Double) -> Double {
    d <= 1
      ? ((a + 2) * d - (a + 3)) * d * d + 1
      : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
  }
}
