package import KernelIR
package import Tensors

/// A vertical and a horizontal number.
package struct Spatial: Hashable, Sendable {
  package var vertical: Int
  package var horizontal: Int

  package init(_ vertical: Int, _ horizontal: Int) {
    self.vertical = vertical
    self.horizontal = horizontal
  }

  /// As `3x3`.
  var name: String { "\(vertical)x\(horizontal)" }
  var product: Int { vertical * horizontal }
}

/// A window that slides over the planes of a tensor [N/8, C, H, W, 8]: tap (r, s) of output (p, q) stands on
/// (p · stride + r · dilation − padding), each vertically and horizontally.
package struct LanesWindow: Hashable, Sendable {
  /// N / 8
  package let groups: Int
  package let channels: Int
  package let input: Spatial
  package let output: Spatial
  package let kernel: Spatial
  package let stride: Spatial
  package let dilation: Spatial
  /// Above and to the left.
  package let paddingBefore: Spatial
  /// Below and to the right; where the output's size is given, it only says what counts as padding.
  package let paddingAfter: Spatial

  /// - Throws: `invalidArgument` for extents that are not positive, paddings that are negative, and tensors of
  ///   more than 2³¹ − 2¹⁰ elements.
  package init(
    groups: Int, channels: Int, input: Spatial, output: Spatial, kernel: Spatial,
    stride: Spatial = Spatial(1, 1), dilation: Spatial = Spatial(1, 1),
    paddingBefore: Spatial = Spatial(0, 0), paddingAfter: Spatial = Spatial(0, 0)
  ) throws(HewnError) {
    _ = try KernelSize.count([groups, channels, input.vertical, input.horizontal, 8])
    _ = try KernelSize.count([groups, channels, output.vertical, output.horizontal, 8])
    for step in [kernel, stride, dilation] {
      _ = try KernelSize.count([step.vertical, step.horizontal])
    }
    for (extent, step, count) in [
      (output.vertical, stride.vertical, (kernel.vertical - 1, dilation.vertical)),
      (output.horizontal, stride.horizontal, (kernel.horizontal - 1, dilation.horizontal)),
    ] {
      // The last tap's position.
      _ = try KernelSize.count([extent, step])
      _ = try KernelSize.count([count.0 + 1, count.1])
    }
    for padding in [paddingBefore, paddingAfter] {
      guard (0...1 << 20).contains(padding.vertical), (0...1 << 20).contains(padding.horizontal)
      else {
        throw HewnError(.invalidArgument, "padding of \(padding.name)")
      }
    }
    try KernelSize.checkGroups(groups)
    self.groups = groups
    self.channels = channels
    self.input = input
    self.output = output
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
  }

  /// What is known while a kernel is built, as `3x3s2x2d1x1`.
  var name: String { "\(kernel.name)s\(stride.name)d\(dilation.name)" }
}

/// The parameter struct of kernels with windows.
package struct WindowArguments: BitwiseCopyable, Sendable {
  package var input: DeviceAddress<F16x2>
  package var output: DeviceAddress<F16x2>
  /// Of convolutions: [C, R, S].
  package var weights: DeviceAddress<F32>
  /// Of convolutions: [C].
  package var bias: DeviceAddress<F32>
  var channels: UInt32
  var inputHeight: UInt32
  var inputWidth: UInt32
  var outputHeight: UInt32
  var outputWidth: Divisor
  /// Runs of outputs of a column, one for each thread.
  var strips: Divisor
  var paddingTop: UInt32
  var paddingLeft: UInt32
  /// Where the padding below and to the right ends.
  var paddedHeight: UInt32
  var paddedWidth: UInt32
  /// Of convolutions: what results are clipped to.
  var lower: Float
  var upper: Float

  /// - Parameter rows: the outputs of a strip.
  init(_ window: LanesWindow, rows: Int, input: UInt64, output: UInt64) {
    self.input = DeviceAddress(input)
    self.output = DeviceAddress(output)
    weights = DeviceAddress(0)
    bias = DeviceAddress(0)
    channels = UInt32(window.channels)
    inputHeight = UInt32(window.input.vertical)
    inputWidth = UInt32(window.input.horizontal)
    outputHeight = UInt32(window.output.vertical)
    outputWidth = Divisor(window.output.horizontal)
    strips = Divisor(window.output.vertical.dividedRoundingUp(by: rows))
    paddingTop = UInt32(window.paddingBefore.vertical)
    paddingLeft = UInt32(window.paddingBefore.horizontal)
    paddedHeight = UInt32(window.input.vertical + window.paddingAfter.vertical)
    paddedWidth = UInt32(window.input.horizontal + window.paddingAfter.horizontal)
    (lower, upper) = (-.infinity, .infinity)
  }

  /// Threads of a group of images.
  static func threadCount(_ window: LanesWindow, rows: Int) -> Int {
    window.channels * window.output.vertical.dividedRoundingUp(by: rows) * window.output.horizontal
  }
}
