internal import Tensors

/// One axis of a resampled tensor.
package struct ResizeAxis: Hashable, Sendable {
  package private(set) var inputExtent: Int
  package private(set) var outputExtent: Int
  /// Output / input as the coordinate formulas use it: the given scale where the model gives
  /// scales, the quotient of the extents where it gives sizes.
  package private(set) var scale: Float = 1
  /// What the formulas take for the output's extent: input extent · scale, before it is whole.
  package private(set) var length: Float
  /// The part of the input that is read, in fractions of the extent less one.
  private var cropStart: Float = 0
  private var cropEnd: Float = 1

  /// An axis that is not resampled.
  init(staying extent: Int) {
    inputExtent = extent
    outputExtent = extent
    length = Float(extent)
  }

  /// - Throws: `unsupported` for an extent beyond 2^40.
  init(_ extent: Int, axis: Int, scale: Float) throws(HewnError) {
    self.init(staying: extent)
    self.scale = scale
    // In single precision, as exporters compute it: 10 · 0.7 is 7 there and 6.99… in double.
    length = Float(extent) * scale
    try setOutputExtent(Double(length.rounded(.down)), axis: axis)
  }

  /// An axis of a tensor that keeps its aspect ratio.
  ///
  /// - Throws: `unsupported` for an extent beyond 2^40.
  init(_ extent: Int, axis: Int, commonScale: Double) throws(HewnError) {
    self.init(staying: extent)
    scale = Float(commonScale)
    length = Float(Double(extent) * commonScale)
    try setOutputExtent((Double(extent) * commonScale + 0.5).rounded(.down), axis: axis)
  }

  init(_ extent: Int, size: Int) {
    self.init(staying: extent)
    scale = size == extent ? 1 : Float(size) / Float(extent)
    length = Float(size)
    outputExtent = size
  }

  private mutating func setOutputExtent(_ extent: Double, axis: Int) throws(HewnError) {
    guard extent <= Double(Shape.maximumElementCount) else {
      throw HewnError(.unsupported, "scale \(scale) takes axis \(axis) beyond 2^40")
    }
    outputExtent = Int(extent)
  }

  mutating func crop(from start: Float, to end: Float) {
    cropStart = start
    cropEnd = end
  }

  /// Whether an output may be something else than the input at its own index.
  package var isResampled: Bool {
    scale != 1 || inputExtent != outputExtent || cropStart != 0 || cropEnd != 1
  }

  /// Where each output stands between the inputs.
  ///
  /// In single precision, as exporters and other runtimes compute it: a position that ought to be
  /// whole decides which element is nearest.
  package func positions(_ coordinates: Resize.Coordinates) -> [Float] {
    guard isResampled else { return (0..<outputExtent).map { Float($0) } }
    let (input, output) = (Float(inputExtent), Float(outputExtent))
    // Where the extent was rounded, the outputs lie centred in the input.
    let shift = input / 2 * (1 - output / length)
    return (0..<outputExtent).map { index in
      let x = Float(index)
      return switch coordinates {
      case .halfPixel: (x + 0.5) / scale - 0.5
      case .pytorchHalfPixel: output > 1 ? (x + 0.5) / scale - 0.5 : 0
      case .halfPixelSymmetric: shift + (x + 0.5) / scale - 0.5
      case .alignCorners: length > 1 ? x * (input - 1) / (length - 1) : 0
      case .asymmetric: x / scale
      case .tfHalfPixelForNearest: (x + 0.5) / scale
      case .tfCropAndResize:
        length > 1
          ? cropStart * (input - 1) + x * (cropEnd - cropStart) * (input - 1) / (length - 1)
          : 0.5 * (cropStart + cropEnd) * (input - 1)
      }
    }
  }

  /// Whether a position is read from the input rather than extrapolated.
  private func isInside(_ position: Float, _ coordinates: Resize.Coordinates) -> Bool {
    // Only cropping reads beyond the edges; everywhere else the border repeats outward.
    coordinates != .tfCropAndResize || (position >= 0 && position <= Float(inputExtent - 1))
  }

  /// The input that each output copies; `nil` for outputs that are extrapolated.
  package func nearest(_ op: Resize) -> [Int?] {
    positions(op.coordinates).map { position in
      guard isInside(position, op.coordinates) else { return nil }
      let rounded =
        switch op.rounding {
        case .roundPreferFloor: (position - 0.5).rounded(.up)
        case .roundPreferCeil: (position + 0.5).rounded(.down)
        case .floor: position.rounded(.down)
        case .ceil: position.rounded(.up)
        case .byDirection: position.rounded(scale < 1 ? .up : .down)
        }
      return clamped(Int(rounded))
    }
  }

  /// The inputs that each output blends.
  package func taps(_ op: Resize) -> ResizeTaps {
    guard outputExtent > 0 else { return ResizeTaps(tapCount: 0) }
    let stretch = op.antialiases ? Double(min(scale, 1)) : 1
    let support = op.mode == .cubic ? 2.0 : 1
    let first = Int((-support / stretch).rounded(.down)) + 1
    var taps = ResizeTaps(tapCount: 2 - 2 * first)
    for (output, position) in positions(op.coordinates).enumerated() {
      guard isInside(position, op.coordinates) else {
        taps.extrapolated.append(output)
        taps.indices += [Int](repeating: 0, count: taps.tapCount)
        taps.weights += [Double](repeating: 0, count: taps.tapCount)
        continue
      }
      // Positions lie near the input, so that they fit into an integer.
      let base = Int(position.rounded(.down))
      let fraction = Double(position) - Double(base)
      let steps = first...1 - first
      var weights = steps.map { op.weight(ofDistance: abs(Double($0) - fraction) * stretch) }
      if op.excludesOutside {
        for (tap, step) in steps.enumerated() where !(0..<inputExtent).contains(base + step) {
          weights[tap] = 0
        }
      }
      if op.excludesOutside || op.antialiases {
        let sum = weights.reduce(0, +)
        if sum != 0 { weights = weights.map { $0 / sum } }
      }
      taps.indices += steps.map { clamped(base + $0) }
      taps.weights += weights
    }
    return taps
  }

  private func clamped(_ index: Int) -> Int { min(max(index, 0), inputExtent - 1) }
}

/// Which inputs the outputs of an axis blend, and how.
package struct ResizeTaps: Sendable {
  /// The inputs that one output blends.
  package var tapCount: Int
  /// `tapCount` inputs for each output, one output after the other.
  package var indices: [Int] = []
  package var weights: [Double] = []
  /// The outputs that are not read from the input.
  package var extrapolated: [Int] = []

  init(tapCount: Int) { self.tapCount = tapCount }
}

extension Resize {
  /// The weight of an input at a distance, not yet normalised.
  ///
  /// Source: Keys, "Cubic convolution interpolation for digital image processing" (1981).
  fileprivate func weight(ofDistance d: Double) -> Double {
    guard mode == .cubic else { return max(0, 1 - d) }
    let a = Double(cubicCoefficient)
    if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
  }
}
