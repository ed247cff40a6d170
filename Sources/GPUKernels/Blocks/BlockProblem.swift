/// Where a tensor [⌈N/8⌉, C, H, W, 8] lies, in *vectors* of the same pixel of 8 images.
///
/// Vector (g, c, y, x) is at `g · groupStride + c · channelStride + y · rowStride + x · pixelStride` from the
/// tensor's address. A tensor may so be some channels of another one, or every other pixel.
package struct LanesGeometry: Hashable, Sendable {
  package var channels: Int
  package var height: Int
  package var width: Int
  package var groupStride: Int
  package var channelStride: Int
  package var rowStride: Int
  package var pixelStride: Int

  /// Dense in row-major order.
  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
    groupStride = channels * height * width
    channelStride = height * width
    rowStride = width
    pixelStride = 1
  }
}

/// A column of a filter matrix: output pixel (p, q) reads input pixel (p · u + y, q · v + x) of the channel, zero
/// outside, where u and v are the strides.
package struct BlockTap: Hashable, Sendable {
  package var channel: Int
  package var y: Int
  package var x: Int

  package init(channel: Int, y: Int, x: Int) {
    self.channel = channel
    self.y = y
    self.x = x
  }
}

/// What a convolution on blocks computes:
///
///     y[g, m, p, q, j] = activation(bias[m] + Σ_tap w[m, tap] · x[g, tap.channel, p·u + tap.y, q·v + tap.x, j]
///                                  + residual[g, m, p, q, j])
///
/// Groups of a convolution, and phases of a transposed one, differ in the taps that their rows read.
package struct BlockProblem: Hashable, Sendable {
  /// Groups of 8 images, ⌈N/8⌉.
  package var imageGroups: Int
  package var input: LanesGeometry
  package var output: LanesGeometry
  /// `nil` without a residual; its extents are the output's.
  package var residual: LanesGeometry?
  /// Input pixels from one output pixel to the next.
  package var stride: Spatial
  package var activation: BlockActivation

  package init(
    imageGroups: Int, input: LanesGeometry, output: LanesGeometry, residual: LanesGeometry? = nil,
    stride: Spatial = Spatial(1, 1), activation: BlockActivation = .identity
  ) {
    self.imageGroups = imageGroups
    self.input = input
    self.output = output
    self.residual = residual
    self.stride = stride
    self.activation = activation
  }
}

/// What is applied to a sum before it is rounded and stored. Other functions are kernels of their own.
package enum BlockActivation: Hashable, Sendable {
  case identity
  /// min(max(x, lower), upper); bounds are arguments, so that kernels do not differ by them. NaN stays.
  case clip(lower: Float, upper: Float)
  /// x where x ≥ 0, slope · x elsewhere
  case leakyRelu(slope: Float)
  /// x · sigmoid(x)
  case silu
  /// x · max(0, min(1, x / 6 + 1/2))
  case hardSwish
  case sigmoid
}

/// The arithmetic of a convolution on blocks, and what its activations are stored as.
package enum BlockPrecision: String, CaseIterable, Hashable, Sendable, Codable {
  /// Products of f16, sums of f32.
  case f16
  case bf16
  /// Activations in f32, rounded to tf32 (to nearest) on their way to the tensor cores.
  case tf32
  /// Each f32 as the sum of two tf32, three products for one.
  case tf32x3

  package var element: KernelElement {
    switch self {
    case .f16: .f16
    case .bf16: .bf16
    case .tf32, .tf32x3: .f32
    }
  }

  /// Taps of a step: k of one matrix product.
  package var stepTaps: Int { element.byteCount == 2 ? 16 : 8 }
  /// Bytes of a vector of 8 images.
  package var vectorByteCount: Int { 8 * element.byteCount }
}
