internal import Tensors

/// A window operator with every default and every `auto_pad` resolved; one entry for each
/// spatial axis.
///
/// For `Conv` and the pools, tap r of output o reads input o · stride + r · dilation − padBegin,
/// and an index outside `0..<inputExtent` is padding. For `ConvTranspose`, tap r of input i adds to
/// output i · stride + r · dilation − padBegin where that lies inside `0..<outputExtent`; outputs
/// that no tap reaches hold the bias alone.
package struct WindowGeometry: Hashable, Sendable {
  package let kernel: [Int]
  package let strides: [Int]
  package let dilations: [Int]
  package let padBegin: [Int]
  /// Padding after the input. The last window of a pool that rounds up may reach further; what lies
  /// beyond is no padding and counts in no divisor. Negative only where a `ConvTranspose` has an
  /// output larger than its taps reach.
  package let padEnd: [Int]
  package let inputExtents: [Int]
  package let outputExtents: [Int]

  /// The greatest kernel extent, stride, dilation or padding that Hewn accepts. With extents of at
  /// most 2^40 it keeps all window arithmetic far from overflow.
  package static let attributeLimit = 1 << 20

  package init(
    kernel: [Int], strides: [Int], dilations: [Int], padBegin: [Int], padEnd: [Int],
    inputExtents: [Int], outputExtents: [Int]
  ) {
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.padBegin = padBegin
    self.padEnd = padEnd
    self.inputExtents = inputExtents
    self.outputExtents = outputExtents
  }

  /// The number of spatial axes.
  package var axisCount: Int { kernel.count }

  /// The number of taps of one window in one channel; `Int.max` where that overflows.
  package var kernelElementCount: Int { kernel.reduce(1) { $0.saturatingMultiply($1) } }

  /// The input extents that one window spans, (kernel − 1) · dilation + 1.
  package var effectiveKernel: [Int] {
    kernel.indices.map { (kernel[$0] - 1) * dilations[$0] + 1 }
  }

  /// The same window with two axes: a single one becomes columns under one row.
  ///
  /// - Precondition: at most two axes.
  package var rowsAndColumns: WindowGeometry {
    precondition(axisCount <= 2, "\(axisCount) spatial axes")
    guard axisCount == 1 else { return self }
    return WindowGeometry(
      kernel: [1] + kernel, strides: [1] + strides, dilations: [1] + dilations,
      padBegin: [0] + padBegin, padEnd: [0] + padEnd, inputExtents: [1] + inputExtents,
      outputExtents: [1] + outputExtents)
  }

  /// Whether no axis is padded.
  package var isUnpadded: Bool { padBegin.allSatisfy { $0 == 0 } && padEnd.allSatisfy { $0 == 0 } }
}

/// The attributes of a window operator, checked and with defaults filled in.
struct WindowAttributes {
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  let padding: Padding
  let inputExtents: [Int]

  /// - Parameter input: [N, C, spatial…].
  /// - Throws: `invalidFile` for lists of the wrong length or values below 1 (pads: below 0),
  ///   `unsupported` for values above the limit.
  init(
    kernel: [Int], strides: [Int], dilations: [Int], padding: Padding, input: Shape
  ) throws(HewnError) {
    let axisCount = input.rank - 2
    guard axisCount >= 1 else {
      throw HewnError(
        .invalidFile, "input X has shape \(input), expected batch, channels and spatial axes")
    }
    let ones = [Int](repeating: 1, count: axisCount)
    self.kernel = kernel
    self.strides = strides.isEmpty ? ones : strides
    self.dilations = dilations.isEmpty ? ones : dilations
    self.padding = padding
    inputExtents = Array(input.dimensions[2...])
    try Self.check(self.kernel, "kernel_shape", count: axisCount, atLeast: 1)
    try Self.check(self.strides, "strides", count: axisCount, atLeast: 1)
    try Self.check(self.dilations, "dilations", count: axisCount, atLeast: 1)
    if case .explicit(let begin, let end) = padding {
      try Self.check(begin, "pads (begin)", count: axisCount, atLeast: 0)
      try Self.check(end, "pads (end)", count: axisCount, atLeast: 0)
    }
    guard !inputExtents.contains(0) else {
      throw HewnError(.invalidFile, "input X of shape \(input) has an empty spatial axis")
    }
  }

  static func check(
    _ values: [Int], _ name: String, count: Int, atLeast least: Int
  ) throws(HewnError) {
    guard values.count == count else {
      throw HewnError(
        .invalidFile, "\(name) \(values) has \(values.count) entries, expected \(count)")
    }
    for value in values {
      guard value >= least else {
        throw HewnError(.invalidFile, "\(name) \(values) has an entry below \(least)")
      }
      guard value <= WindowGeometry.attributeLimit else {
        throw HewnError(.unsupported, "\(name) \(values) has an entry above 2^20")
      }
    }
  }

  /// The geometry of an operator whose windows slide over its input.
  ///
  /// - Throws: `invalidFile` where a window is larger than the padded input.
  func sliding(roundsUp: Bool) throws(HewnError) -> WindowGeometry {
    var (begins, ends, outputs) = ([Int](), [Int](), [Int]())
    for axis in kernel.indices {
      let (extent, stride) = (inputExtents[axis], strides[axis])
      let span = (kernel[axis] - 1) * dilations[axis] + 1
      let (begin, end) = slidingPads(axis: axis, span: span)
      let padded = extent + begin + end
      let distance = padded - span + (roundsUp ? stride - 1 : 0)
      guard distance >= 0 else {
        throw HewnError(
          .invalidFile,
          "a window of \(kernel[axis]) taps spans \(span), more than the padded input extent"
            + " \(padded) of spatial axis \(axis)")
      }
      var output = distance / stride + 1
      // Rounding up must not add a window that starts in the end padding.
      if roundsUp, (output - 1) * stride >= extent + begin { output -= 1 }
      begins.append(begin)
      ends.append(end)
      outputs.append(output)
    }
    return geometry(begin: begins, end: ends, outputs: outputs)
  }

  private func slidingPads(axis: Int, span: Int) -> (begin: Int, end: Int) {
    let (extent, stride) = (inputExtents[axis], strides[axis])
    let output = (extent + stride - 1) / stride
    let total = max(0, (output - 1) * stride + span - extent)
    switch padding {
    case .explicit(let begin, let end): return (begin[axis], end[axis])
    case .sameUpper: return (total / 2, total - total / 2)
    case .sameLower: return (total - total / 2, total / 2)
    case .valid: return (0, 0)
    }
  }

  /// The geometry of a transposed convolution.
  ///
  /// - Throws: `invalidFile` for impossible `output_padding`, `output_shape` or an empty output.
  func transposed(outputPadding: [Int], outputShape: [Int]?) throws(HewnError) -> WindowGeometry {
    if !outputPadding.isEmpty {
      try Self.check(outputPadding, "output_padding", count: kernel.count, atLeast: 0)
      for axis in kernel.indices where outputPadding[axis] >= max(strides[axis], dilations[axis]) {
        throw HewnError(
          .invalidFile,
          "output_padding \(outputPadding) must be smaller than strides \(strides) or dilations"
            + " \(dilations)")
      }
    }
    if let outputShape, outputShape.count != kernel.count {
      throw HewnError(
        .invalidFile,
        "output_shape \(outputShape) has \(outputShape.count) entries, expected \(kernel.count)")
    }
    var (begins, ends, outputs) = ([Int](), [Int](), [Int]())
    for axis in kernel.indices {
      let (extent, stride) = (inputExtents[axis], strides[axis])
      let span = (kernel[axis] - 1) * dilations[axis] + 1
      let full = (extent - 1) * stride + span + (outputPadding.isEmpty ? 0 : outputPadding[axis])
      let wanted: Int? =
        if let outputShape { outputShape[axis] } else {
          padding == .sameUpper || padding == .sameLower ? extent * stride : nil
        }
      var (begin, end) = (0, 0)
      if let wanted {
        guard wanted >= 1, wanted <= Shape.maximumElementCount else {
          throw HewnError(.invalidFile, "output_shape asks for extent \(wanted)")
        }
        let total = max(0, full - wanted)
        begin = padding == .sameUpper ? total / 2 : total - total / 2
        end = full - wanted - begin
      } else if case .explicit(let begins, let ends) = padding {
        (begin, end) = (begins[axis], ends[axis])
      }
      let output = full - begin - end
      guard output >= 1 else {
        throw HewnError(
          .invalidFile,
          "pads \(begin) and \(end) leave nothing of output extent \(full) of spatial axis \(axis)")
      }
      begins.append(begin)
      ends.append(end)
      outputs.append(output)
    }
    return geometry(begin: begins, end: ends, outputs: outputs)
  }

  private func geometry(begin: [Int], end: [Int], outputs: [Int]) -> WindowGeometry {
    WindowGeometry(
      kernel: kernel, strides: strides, dilations: dilations, padBegin: begin, padEnd: end,
      inputExtents: inputExtents, outputExtents: outputs)
  }
}
