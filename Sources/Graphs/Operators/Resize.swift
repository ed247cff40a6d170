package import Tensors

/// Resamples. Inputs: X, roi (optional constant: starts, then ends, in fractions of the extent less
/// one; read with ``Coordinates-swift.enum/tfCropAndResize`` alone), scales (optional float
/// constant), sizes (optional int64 constant); one of scales and sizes is given.
///
/// An output at x of an axis stands at a position of the input (``ResizeAxis/positions(_:)``). It is
/// the nearest input, or Σ w(|x' − x| · s) · input[x'] / Σ w over the inputs around: w is the
/// triangle (linear) or Keys' cubic, s is 1, or the axis' scale where antialiasing shrinks. Inputs
/// beyond the border are the border's.
package struct Resize: Operator, Hashable {
  package enum Mode: String, Hashable, Sendable, Codable { case nearest, linear, cubic }
  package enum Coordinates: String, Hashable, Sendable, Codable {
    case halfPixel = "half_pixel"
    case halfPixelSymmetric = "half_pixel_symmetric"
    case pytorchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
    case tfHalfPixelForNearest = "tf_half_pixel_for_nn"
    case tfCropAndResize = "tf_crop_and_resize"
  }
  package enum Rounding: String, Hashable, Sendable, Codable {
    case roundPreferFloor = "round_prefer_floor"
    case roundPreferCeil = "round_prefer_ceil"
    case floor, ceil
    /// Down along axes that grow, up along axes that shrink; what Resize of operator set 10 does.
    case byDirection
  }
  /// What sizes mean.
  package enum AspectRatioPolicy: String, Hashable, Sendable, Codable {
    case stretch
    /// All axes are scaled alike, as far as no one exceeds its size.
    case notLarger = "not_larger"
    /// All axes are scaled alike, until no one is below its size.
    case notSmaller = "not_smaller"
  }
  package var mode: Mode
  package var coordinates: Coordinates
  package var rounding: Rounding
  package var cubicCoefficient: Float
  package var excludesOutside: Bool
  /// Whether linear and cubic filters widen where an axis shrinks.
  package var antialiases: Bool
  /// What ``Coordinates-swift.enum/tfCropAndResize`` reads outside the input.
  package var extrapolationValue: Float
  package var aspectRatioPolicy: AspectRatioPolicy
  /// The axes that roi, scales and sizes speak of; `nil` means all.
  package var axes: [Int]?
  package var name: String { "Resize" }

  package init(
    mode: Mode = .nearest, coordinates: Coordinates = .halfPixel,
    rounding: Rounding = .roundPreferFloor, cubicCoefficient: Float = -0.75,
    excludesOutside: Bool = false, antialiases: Bool = false, extrapolationValue: Float = 0,
    aspectRatioPolicy: AspectRatioPolicy = .stretch, axes: [Int]? = nil
  ) {
    self.mode = mode
    self.coordinates = coordinates
    self.rounding = rounding
    self.cubicCoefficient = cubicCoefficient
    self.excludesOutside = excludesOutside
    self.antialiases = antialiases
    self.extrapolationValue = extrapolationValue
    self.aspectRatioPolicy = aspectRatioPolicy
    self.axes = axes
  }
}

extension Resize {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let operands = try OperandList(inputs, "X", "roi", "scales", "sizes")
    // The nearest element is copied, whatever it is.
    let x = try mode == .nearest ? operands.required(0) : operands.number(0)
    let extents = try geometry(for: inputs).outputExtents
    return [TensorType(x.type.element, try Shape(checking: extents))]
  }

  /// Two operations for each output element and neighbour: 1 (nearest: none), 2 or 4 along each
  /// resampled axis, more where antialiasing widens the filter.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    var operations = mode == .nearest ? 0 : 2
    for (input, output) in zip(inputs[0]?.shape.dimensions ?? [], outputs[0].shape.dimensions)
    where input != output {
      let reach = antialiases ? max(1, input / max(1, output)) : 1
      operations = OperationCount.product(operations, mode == .cubic ? 4 : 2, reach)
    }
    return OperationCount(
      flops: OperationCount.product(operations, outputs[0].shape.elementCount),
      moving: inputs, outputs)
  }
}
