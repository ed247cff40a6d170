package import CPUKernels
package import Graphs
package import Tensors

extension Resize: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    guard coordinates != .tfCropAndResize else {
      throw HewnError(.unsupported, "coordinate_transformation_mode tf_crop_and_resize")
    }
    return node.spatialLayouts()
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let geometry = try geometry(for: node.inputs)
    let input = try node.source(ofInput: 0, inputs)
    let output = GridTarget(outputs[0])
    let source = StridedTensor(node.shape(ofInput: 0) ?? [], input.grid)
    let target = StridedTensor(outputs[0].shape, output.grid)
    guard target.shape.elementCount > 0 else { return try MoveStep([], targets: []) }
    let resampled = Set(geometry.resampledAxes)
    if mode == .nearest || resampled.isEmpty {
      let axes = target.shape.dimensions.indices.map { axis in
        let stride = source.strides[axis]
        return MoveAxis(
          extent: target.shape[axis],
          source: resampled.contains(axis)
            ? .offsets(nearest(geometry, axis: axis).map { $0 * stride }) : .stride(stride),
          targetStride: target.strides[axis])
      }
      let move = try Move(
        axes, source: input.floats, sourceStart: source.origin,
        targetStart: output.offset + target.origin)
      return try MoveStep([move], targets: [output])
    }
    let axisTaps = target.shape.dimensions.indices.map { axis in
      resampled.contains(axis) ? taps(geometry, axis: axis) : nil
    }
    return try ResampleStep(axisTaps, from: source, input.floats, to: target, output)
  }
}

extension Resize {
  /// Where each output stands between the inputs of an axis.
  ///
  /// In single precision, as exporters and other runtimes compute it: a coordinate that ought to be
  /// whole decides which element is nearest.
  private func positions(_ geometry: ResizeGeometry, axis: Int) -> [Float] {
    let scale = geometry.scales[axis]
    let input = Float(geometry.inputExtents[axis])
    let output = Float(geometry.outputExtents[axis])
    // Where the extent was rounded down, the outputs lie centred in the input.
    let shift = input / 2 * (1 - output / (scale * input))
    return (0..<geometry.outputExtents[axis]).map { index in
      let x = Float(index)
      return switch coordinates {
      case .halfPixel: (x + 0.5) / scale - 0.5
      case .pytorchHalfPixel: output > 1 ? (x + 0.5) / scale - 0.5 : 0
      case .halfPixelSymmetric: shift + (x + 0.5) / scale - 0.5
      case .alignCorners: output == 1 ? 0 : x * (input - 1) / (output - 1)
      case .asymmetric, .tfCropAndResize: x / scale
      }
    }
  }

  /// The input that each output of an axis copies.
  private func nearest(_ geometry: ResizeGeometry, axis: Int) -> [Int] {
    let last = Float(geometry.inputExtents[axis] - 1)
    return positions(geometry, axis: axis).map { position in
      let rounded =
        switch rounding {
        case .roundPreferFloor: (position - 0.5).rounded(.up)
        case .roundPreferCeil: (position + 0.5).rounded(.down)
        case .floor: position.rounded(.down)
        case .ceil: position.rounded(.up)
        }
      return Int(min(max(rounded, 0), last))
    }
  }

  /// The inputs that each output of an axis blends; the border repeats outward.
  private func taps(_ geometry: ResizeGeometry, axis: Int) -> ResampleTaps {
    let extent = geometry.inputExtents[axis]
    let reach = mode == .cubic ? -1...2 : 0...1
    var taps = ResampleTaps(tapCount: reach.count, indices: [], weights: [])
    for position in positions(geometry, axis: axis) {
      let base = position.rounded(.down)
      let fraction = Double(position - base)
      var weights = reach.map { step in
        mode == .cubic
          ? cubicWeight(abs(fraction - Double(step)))
          : step == 0 ? 1 - fraction : fraction
      }
      // Positions lie near the input for every scale, so that they fit into an integer.
      let indices = reach.map { Int(base) + $0 }
      if excludesOutside {
        for (tap, index) in indices.enumerated() where index < 0 || index >= extent {
          weights[tap] = 0
        }
        let sum = weights.reduce(0, +)
        weights = weights.map { $0 / sum }
      }
      taps.indices += indices.map { min(max($0, 0), extent - 1) }
      taps.weights += weights.map { Float($0) }
    }
    return taps
  }

  /// The weight of an input at a distance of up to 2.
  ///
  /// Source: Keys, "Cubic convolution interpolation for digital image processing" (1981).
  private func cubicWeight(_ distance: Double) -> Double {
    let (d, a) = (distance, Double(cubicCoefficient))
    if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
    return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
  }
}
