import Covers
import GPUKernels
import Tensors

/// A convolution of a known network.
package struct NetworkLayer: Hashable, Sendable, CustomStringConvertible {
  package var network: String
  package var name: String
  /// C and M.
  package var channels: Int
  package var filters: Int
  /// Rows, and columns, of the input.
  package var size: Int
  package var kernel: Int
  package var stride = 1
  /// On each side.
  package var padding = 0
  package var groups = 1
  /// How often the network has such a layer.
  package var count = 1

  package var description: String { "\(network)/\(name)" }

  /// Rows, and columns, of the output.
  package var outputSize: Int { (size + 2 * padding - kernel) / stride + 1 }
  /// Taps of a filter, K.
  package var tapCount: Int { channels / groups * kernel * kernel }

  /// Multiply-adds for an image where no weight is zero.
  package var multiplyAdds: Int { filters * tapCount * outputSize * outputSize }

  /// The elements that a computation of `images` images reads and writes at least: the input's pixels that any
  /// filter reads, all weights, the output; each once.
  package func elementCount(images: Int) -> Int {
    // With a stride over the kernel's size there are pixels that no filter reads.
    let extent = min(size, kernel < stride ? outputSize * kernel : size)
    let pixels = channels * extent * extent + filters * outputSize * outputSize
    return images * pixels + filters * tapCount
  }

  /// The layer with at most `channelLimit` channels and filters, and `sizeLimit` rows: channels and filters keep
  /// their ratio.
  package func shrunk(channelLimit: Int = 64, sizeLimit: Int = 9) -> NetworkLayer {
    var layer = self
    let scale = max(1, (max(channels, filters) + channelLimit - 1) / channelLimit)
    if channels > 3 { layer.channels = max(groups, channels / scale / groups * groups) }
    layer.filters = max(groups, filters / scale / groups * groups)
    // Two pixels of output at least.
    layer.size = min(size, max(sizeLimit, kernel + stride - 2 * padding))
    return layer
  }

  /// A ReLU follows the sums.
  package func problem(imageGroups: Int) -> BlockProblem {
    BlockProblem(
      imageGroups: imageGroups,
      input: LanesGeometry(channels: channels, height: size, width: size),
      output: LanesGeometry(channels: filters, height: outputSize, width: outputSize),
      stride: Spatial(stride, stride), activation: .clip(lower: 0, upper: .infinity))
  }

  /// The columns of the filter matrix of a group.
  package func taps(group: Int) -> [BlockTap] {
    let count = channels / groups
    return (group * count..<(group + 1) * count).flatMap { channel in
      (0..<kernel).flatMap { r in
        (0..<kernel).map { BlockTap(channel: channel, y: r - padding, x: $0 - padding) }
      }
    }
  }

  /// What multiplies the taps of each group: weights [filters][taps], and a bias for each filter.
  package func filterWeights(
    _ weights: [[Float]], bias: [Float]
  ) throws(HewnError) -> [FilterWeights] {
    let rows = filters / groups
    return try (0..<groups).map { (group) throws(HewnError) in
      let part = group * rows..<(group + 1) * rows
      return FilterWeights(
        matrix: try FilterMatrix(
          rows: rows, taps: tapCount, values: weights[part].flatMap { $0 }),
        bias: Array(bias[part]))
    }
  }
}
