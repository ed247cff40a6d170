package import Tensors

/// How a picture is sampled at another size.
package enum Interpolation: String, Sendable, CaseIterable {
  case nearest
  /// The triangle filter.
  case bilinear
  /// Keys' cubic with a = −1/2.
  case bicubic

  /// Half the width of the filter in source pixels.
  fileprivate var support: Double {
    switch self {
    case .nearest: 0.5
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  fileprivate func weight(at position: Double) -> Double {
    let x = abs(position)
    switch self {
    case .nearest:
      return x <= 0.5 ? 1 : 0
    case .bilinear:
      return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    }
  }
}

extension Image {
  /// Resizes to exactly `width × height`.
  ///
  /// Separable: rows first, then columns, each pass rounded to 8 bits. Output sample i looks at
  /// source position (i + 1/2) · scale with scale = source size / target size. With `antialias`
  /// the filter widens by the scale when shrinking, as in Pillow and torchvision; weights and
  /// rounding are Pillow's. Without it the filter keeps its width, as in OpenCV.
  ///
  /// - Throws: `invalidArgument` for a size outside the limits.
  /// - Complexity: O(height · width' · support + width' · height' · support).
  package func resized(
    width: Int, height: Int, interpolation: Interpolation, antialias: Bool = true
  ) throws(HewnError) -> Image {
    try Image.check(width: width, height: height, code: .invalidArgument)
    // Between the two passes the picture is as wide as the target and as high as the source.
    try Image.check(width: width, height: self.height, code: .invalidArgument)
    if width == self.width, height == self.height { return self }
    let horizontal = ResamplingFilter(
      from: self.width, to: width, interpolation: interpolation, antialias: antialias)
    let vertical = ResamplingFilter(
      from: self.height, to: height, interpolation: interpolation, antialias: antialias)
    return resampledRows(by: horizontal).resampledColumns(by: vertical)
  }

  private func resampledRows(by filter: ResamplingFilter) -> Image {
    let width = filter.outputs.count
    if width == self.width { return self }
    var result = [UInt8](repeating: 0, count: width * height * channels)
    for y in 0..<height {
      for (x, output) in filter.outputs.enumerated() {
        for channel in 0..<channels {
          let start = (y * self.width + output.first) * channels + channel
          result[(y * width + x) * channels + channel] = filter.apply(
            output, to: pixels, start: start, stride: channels)
        }
      }
    }
    return Image(width: width, height: height, channels: channels, pixels: result)
  }

  private func resampledColumns(by filter: ResamplingFilter) -> Image {
    let height = filter.outputs.count
    if height == self.height { return self }
    let rowLength = width * channels
    var result = [UInt8](repeating: 0, count: rowLength * height)
    for (y, output) in filter.outputs.enumerated() {
      for x in 0..<rowLength {
        result[y * rowLength + x] = filter.apply(
          output, to: pixels, start: output.first * rowLength + x, stride: rowLength)
      }
    }
    return Image(width: width, height: height, channels: channels, pixels: result)
  }
}

/// The weights that make each output sample of one axis from source samples.
private struct ResamplingFilter {
  struct Output {
    /// The first source sample.
    var first: Int
    /// Where this output's weights lie in `weights`.
    var weights: Range<Int>
  }

  /// Weights are integers in units of 2^−22: 8 bits of sample and sums of weights fit 32 bits.
  static let fractionBits = 22

  private(set) var outputs: [Output] = []
  private var weights: [Int] = []

  init(from source: Int, to target: Int, interpolation: Interpolation, antialias: Bool) {
    let scale = Double(source) / Double(target)
    let widening = antialias ? max(scale, 1) : 1
    outputs.reserveCapacity(target)
    for index in 0..<target {
      let center = (Double(index) + 0.5) * scale
      if interpolation == .nearest {
        append(first: min(Int(center), source - 1), [1])
        continue
      }
      let support = interpolation.support * widening
      let first = max(Int(center - support + 0.5), 0)
      let last = min(Int(center + support + 0.5), source)
      append(
        first: first,
        (first..<last).map {
          interpolation.weight(at: (Double($0) - center + 0.5) / widening)
        })
    }
  }

  private mutating func append(first: Int, _ unscaled: [Double]) {
    let sum = unscaled.reduce(0, +)
    let unit = Double(1 << Self.fractionBits)
    let start = weights.count
    weights += unscaled.map { Int((sum == 0 ? $0 : $0 / sum) * unit + ($0 < 0 ? -0.5 : 0.5)) }
    outputs.append(Output(first: first, weights: start..<weights.count))
  }

  /// The weighted sum of samples `start`, `start + stride`, … rounded to 8 bits.
  func apply(_ output: Output, to samples: [UInt8], start: Int, stride: Int) -> UInt8 {
    var sum = 1 << (Self.fractionBits - 1)
    var position = start
    for index in output.weights {
      sum += Int(samples[position]) * weights[index]
      position += stride
    }
    return UInt8(clamping: sum >> Self.fractionBits)
  }
}
