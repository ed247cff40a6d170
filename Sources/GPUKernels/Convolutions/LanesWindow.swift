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

/// A window that slides over the planes of a tensor [⌈N/8⌉, C, H, W, 8]: tap (r, s) of output (p, q) stands on
/// (p · stride + r · dilation − padding), each vertically and horizontally.
package struct LanesWindow: Hashable, Sendable {
  /// ⌈N / 8⌉
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
  /// Output channels that slide over each input channel, neighbours of each other.
  package let multiplier: Int
  /// From one group of images to the next, in vectors of 8 images: more than a group has where the tensor
  /// is some channels of a larger one.
  package let inputGroupStride: Int
  package let outputGroupStride: Int

  /// - Parameters:
  ///   - inputGroupStride: dense where nil; so is the output's.
  /// - Throws: `invalidArgument` for extents that are not positive, paddings that are negative, groups that
  ///   overlap, and tensors of more than 2³¹ − 2¹⁰ elements.
  package init(
    groups: Int, channels: Int, input: Spatial, output: Spatial, kernel: Spatial,
    stride: Spatial = Spatial(1, 1), dilation: Spatial = Spatial(1, 1),
    paddingBefore: Spatial = Spatial(0, 0), paddingAfter: Spatial = Spatial(0, 0),
    multiplier: Int = 1, inputGroupStride: Int? = nil, outputGroupStride: Int? = nil
  ) throws(HewnError) {
    self.inputGroupStride = try KernelSize.groupStride(
      inputGroupStride, groups: groups, of: [channels, input.vertical, input.horizontal])
    self.outputGroupStride = try KernelSize.groupStride(
      outputGroupStride, groups: groups,
      of: [channels, multiplier, output.vertical, output.horizontal])
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
    self.groups = groups
    self.channels = channels
    self.input = input
    self.output = output
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
    self.multiplier = multiplier
  }

  package var outputChannels: Int { channels * multiplier }

  /// What is known while a kernel is built, as `3x3s2x2d1x1`; with an m where the multiplier is not 1.
  var name: String {
    "\(kernel.name)s\(stride.name)d\(dilation.name)" + (multiplier == 1 ? "" : "m")
  }
}

/// The parameter struct of kernels with windows.
package struct WindowArguments: BitwiseCopyable, Sendable {
  package var input: DeviceAddress<U32>
  package var output: DeviceAddress<U32>
  /// Of convolutions: [M, R, S].
  package var weights: DeviceAddress<F32>
  /// Of convolutions: [M].
  package var bias: DeviceAddress<F32>
  /// Of convolutions.
  package var residual: DeviceAddress<U32>
  var inputGroupStride: UInt32
  var outputGroupStride: UInt32
  var residualGroupStride: UInt32
  /// Of the output.
  var channels: UInt32
  /// Output channels of an input channel.
  var multiplier: Divisor
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
  /// Of convolutions.
  var activation: ActivationArguments

  /// - Parameter rows: the outputs of a strip.
  init(_ window: LanesWindow, rows: Int, input: UInt64, output: UInt64) {
    self.input = DeviceAddress(input)
    self.output = DeviceAddress(output)
    weights = DeviceAddress(0)
    bias = DeviceAddress(0)
    residual = DeviceAddress(0)
    inputGroupStride = UInt32(window.inputGroupStride)
    outputGroupStride = UInt32(window.outputGroupStride)
    residualGroupStride = 0
    channels = UInt32(window.outputChannels)
    multiplier = Divisor(window.multiplier)
    inputHeight = UInt32(window.input.vertical)
    inputWidth = UInt32(window.input.horizontal)
    outputHeight = UInt32(window.output.vertical)
    outputWidth = Divisor(window.output.horizontal)
    strips = Divisor(window.output.vertical.dividedRoundingUp(by: rows))
    paddingTop = UInt32(window.paddingBefore.vertical)
    paddingLeft = UInt32(window.paddingBefore.horizontal)
    paddedHeight = UInt32(window.input.vertical + window.paddingAfter.vertical)
    paddedWidth = UInt32(window.input.horizontal + window.paddingAfter.horizontal)
    activation = ActivationArguments(.identity)
  }

  /// Threads of a group of images.
  static func threadCount(_ window: LanesWindow, rows: Int) -> Int {
    window.outputChannels * window.output.vertical.dividedRoundingUp(by: rows)
      * window.output.horizontal
  }
}
