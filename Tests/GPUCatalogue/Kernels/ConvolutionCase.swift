import Covers
import GPUKernels
import Tensors

/// A convolution on blocks that can be made again from its seed.
package struct ConvolutionCase: Sendable, CustomStringConvertible {
  /// Where the tensors lie.
  package enum Placement: Sendable {
    case dense
    /// All are some channels of greater tensors.
    case slices
    /// The output is every other row and column of a greater tensor, from the second on: a phase of a
    /// transposed convolution.
    case phase
  }

  package var name: String
  package var imageGroups = 1
  package var channels = 3
  package var filters = 16
  package var input = Spatial(7, 7)
  package var kernel = Spatial(3, 3)
  package var stride = Spatial(1, 1)
  package var dilation = Spatial(1, 1)
  package var before = Spatial(1, 1)
  package var after = Spatial(1, 1)
  /// Groups of the convolution, each a branch.
  package var groups = 1
  /// The share of the weights.
  package var zeros = 0.5
  package var activation = BlockActivation.identity
  package var hasResidual = false
  package var placement = Placement.dense
  package var tiling: BlockTiling

  package var description: String { name }

  package static func tiling(
    rootRows: Int = 64, rootsPerBlock: Int = 1, pixelWarps: Int = 2, pixelsPerWarp: Int = 8,
    tile: (groups: Int, rows: Int, columns: Int) = (1, 4, 4), channelsPerChunk: Int = 2,
    stageCount: Int = 3, splitCount: Int = 1
  ) -> BlockTiling {
    BlockTiling(
      precision: .f16, rootRows: rootRows, rootsPerBlock: rootsPerBlock, pixelWarps: pixelWarps,
      pixelsPerWarp: pixelsPerWarp, tileGroups: tile.groups, tileRows: tile.rows,
      tileColumns: tile.columns, channelsPerChunk: channelsPerChunk, stageCount: stageCount,
      splitCount: splitCount)
  }

  package func with(_ precision: BlockPrecision) -> ConvolutionCase {
    var copy = self
    copy.tiling.precision = precision
    return copy
  }

  package var precision: BlockPrecision { tiling.precision }

  package var output: Spatial {
    func extent(_ size: Int, _ pads: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      (size + pads - (kernel - 1) * dilation - 1) / stride + 1
    }
    return Spatial(
      extent(
        input.vertical, before.vertical + after.vertical, kernel.vertical, stride.vertical,
        dilation.vertical),
      extent(
        input.horizontal, before.horizontal + after.horizontal, kernel.horizontal,
        stride.horizontal, dilation.horizontal))
  }

  package var problem: BlockProblem {
    var x = LanesGeometry(
      channels: channels, height: input.vertical, width: input.horizontal)
    var y = LanesGeometry(
      channels: filters, height: output.vertical, width: output.horizontal)
    switch placement {
    case .dense: break
    case .slices:
      x.groupStride += 2 * x.channelStride
      y.groupStride += y.channelStride
    case .phase:
      (y.pixelStride, y.rowStride) = (2, 4 * output.horizontal + 1)
      y.channelStride = 2 * output.vertical * y.rowStride
      y.groupStride = filters * y.channelStride
    }
    return BlockProblem(
      imageGroups: imageGroups, input: x, output: y, residual: hasResidual ? y : nil,
      stride: stride, activation: activation)
  }

  /// The rows of each branch, and its taps.
  package func branches(weights: [[Float]], bias: [Float]) throws -> [BlockBranch] {
    let rows = filters / groups
    return try (0..<groups).map { group in
      let taps = taps(group: group)
      let first = group * rows
      let matrix = try FilterMatrix(
        rows: rows, taps: taps.count, values: weights[first..<first + rows].flatMap { $0 })
      let heights = [(16, 1.0), (32, 1.6), (64, 2.5)].filter { $0.0 <= tiling.rootRows }
      let costs = CoverCosts(
        leaf: 1, heights: heights.map { .init(height: $0.0, perTap: $0.1) },
        tapsPerChunk: tiling.channelsPerChunk * kernel.vertical * kernel.horizontal)
      let cover =
        zeros == 0
        ? Cover.dense(matrix, rootHeight: tiling.rootRows)
        : Cover.exact(matrix, costs: costs, tree: .greedy(matrix, costs: costs))
      return BlockBranch(
        taps: taps, cover: cover, firstRow: first, bias: Array(bias[first..<first + rows]))
    }
  }

  package func taps(group: Int) -> [BlockTap] {
    let count = channels / groups
    return (group * count..<(group + 1) * count).flatMap { channel in
      (0..<kernel.vertical).flatMap { r in
        (0..<kernel.horizontal).map { s in
          BlockTap(
            channel: channel, y: r * dilation.vertical - before.vertical,
            x: s * dilation.horizontal - before.horizontal)
        }
      }
    }
  }
}

extension ConvolutionCase {
  package static let all: [ConvolutionCase] = shapes + tilings + finishes + covers

  /// A case whose tiles are whole and which has segments of all heights.
  package static func wholeTiles(zeros: Double) -> ConvolutionCase {
    ConvolutionCase(
      name: "\(zeros) zeros", channels: 12, filters: 128, input: Spatial(8, 8), zeros: zeros,
      tiling: tiling(rootsPerBlock: 2, channelsPerChunk: 4))
  }

  private static let one = Spatial(1, 1)
  private static let none = Spatial(0, 0)

  private static let shapes = [
    ConvolutionCase(
      name: "one weight", channels: 1, filters: 1, input: one, kernel: one, before: none,
      after: none, zeros: 0, tiling: tiling(rootRows: 16)),
    ConvolutionCase(
      name: "1x1", imageGroups: 3, channels: 17, filters: 17, kernel: one, before: none,
      after: none, tiling: tiling(rootRows: 16, tile: (2, 2, 4), channelsPerChunk: 8)),
    ConvolutionCase(
      name: "1x1, stride 2", channels: 5, filters: 33, input: Spatial(8, 7), kernel: one,
      stride: Spatial(2, 2), before: none, after: none, tiling: tiling(rootRows: 32)),
    ConvolutionCase(name: "3x3", filters: 100, zeros: 0.8, tiling: tiling()),
    ConvolutionCase(
      name: "5x5", imageGroups: 2, filters: 17, input: Spatial(13, 13), kernel: Spatial(5, 5),
      before: Spatial(2, 2), after: Spatial(2, 2), zeros: 0.95,
      tiling: tiling(rootRows: 32, tile: (1, 3, 5))),
    ConvolutionCase(
      name: "7x7, stride 2", filters: 16, input: Spatial(13, 13), kernel: Spatial(7, 7),
      stride: Spatial(2, 2), before: Spatial(3, 3), after: Spatial(3, 3),
      tiling: tiling(rootRows: 16, channelsPerChunk: 1)),
    ConvolutionCase(
      name: "dilation 2, padding on two sides", channels: 4, filters: 20, input: Spatial(9, 6),
      dilation: Spatial(2, 2), before: Spatial(3, 0), after: Spatial(0, 4),
      tiling: tiling(rootRows: 32)),
    ConvolutionCase(
      name: "1x7, strides 3 and 2", channels: 9, filters: 40, input: Spatial(10, 13),
      kernel: Spatial(1, 7), stride: Spatial(3, 2), dilation: Spatial(1, 3), before: Spatial(0, 9),
      after: Spatial(0, 9), zeros: 0.8, tiling: tiling(tile: (1, 2, 8))),
    ConvolutionCase(
      name: "groups", channels: 6, filters: 34, groups: 2,
      tiling: tiling(rootRows: 16, rootsPerBlock: 2, pixelWarps: 1, pixelsPerWarp: 16)),
    ConvolutionCase(
      name: "slices", imageGroups: 2, channels: 3, filters: 18, placement: .slices,
      tiling: tiling(rootRows: 16)),
    ConvolutionCase(
      name: "phase", imageGroups: 2, filters: 18, kernel: Spatial(2, 2), before: Spatial(1, 0),
      after: Spatial(0, 1), hasResidual: true, placement: .phase, tiling: tiling(rootRows: 16)),
  ]

  private static let tilings = [
    ConvolutionCase(
      name: "8 pixels of 3 groups", imageGroups: 3, filters: 64, input: one,
      tiling: tiling(pixelWarps: 1, tile: (3, 1, 1), stageCount: 2)),
    ConvolutionCase(
      name: "6 pixels of a warp", filters: 70, input: Spatial(7, 5),
      tiling: tiling(rootRows: 32, rootsPerBlock: 2, pixelsPerWarp: 6, tile: (1, 3, 4))),
    ConvolutionCase(
      name: "32 pixels of a warp", imageGroups: 2, channels: 4, input: Spatial(13, 13),
      tiling: tiling(
        rootRows: 16, pixelWarps: 2, pixelsPerWarp: 32, tile: (1, 8, 8), stageCount: 4)),
    ConvolutionCase(
      name: "chunks of many channels", channels: 70, input: Spatial(4, 4), kernel: one,
      before: none,
      after: none, zeros: 0.8,
      tiling: tiling(rootRows: 16, pixelWarps: 4, pixelsPerWarp: 4, channelsPerChunk: 67)),
    ConvolutionCase(
      name: "4 by 2 warps", channels: 8, filters: 128, zeros: 0.9,
      tiling: tiling(
        rootRows: 32, rootsPerBlock: 4, pixelWarps: 2, pixelsPerWarp: 8, channelsPerChunk: 4)),
    ConvolutionCase(
      name: "planes of several units of a thread", filters: 16, input: Spatial(13, 13),
      tiling: tiling(rootRows: 16, pixelWarps: 1, pixelsPerWarp: 16, stageCount: 2)),
    ConvolutionCase(
      name: "tile greater than the output", filters: 32, input: Spatial(3, 3),
      tiling: tiling(rootRows: 32, pixelWarps: 4, tile: (2, 4, 4))),
    ConvolutionCase(
      name: "2 splits", imageGroups: 2, channels: 7, filters: 17,
      tiling: tiling(rootRows: 16, channelsPerChunk: 2, splitCount: 2)),
    ConvolutionCase(
      name: "3 splits, more than chunks", channels: 3, filters: 40, activation: .silu,
      hasResidual: true, placement: .phase,
      tiling: tiling(rootRows: 32, channelsPerChunk: 2, splitCount: 3)),
  ]

  private static let finishes =
    [
      .clip(lower: -0.25, upper: 0.5), .leakyRelu(slope: 0.125), .silu, .hardSwish, .sigmoid,
    ].map { (activation: BlockActivation) in
      ConvolutionCase(
        name: "\(activation)", filters: 17, activation: activation, hasResidual: true,
        tiling: tiling(rootRows: 16))
    } + [
      ConvolutionCase(
        name: "residual", imageGroups: 2, filters: 48, hasResidual: true, tiling: tiling())
    ]

  private static let covers = [
    ConvolutionCase(name: "dense", channels: 5, filters: 96, zeros: 0, tiling: tiling()),
    ConvolutionCase(name: "few weights", filters: 100, zeros: 0.97, tiling: tiling()),
    ConvolutionCase(
      name: "a row without weights", channels: 1, filters: 17, kernel: one, before: none,
      after: none, zeros: 0.8, tiling: tiling(rootRows: 16)),
    ConvolutionCase(
      name: "no weights", filters: 17, zeros: 1, activation: .clip(lower: 0, upper: 6),
      hasResidual: true, tiling: tiling(rootRows: 16)),
    ConvolutionCase(
      name: "no weights, 2 splits", filters: 17, zeros: 1,
      tiling: tiling(rootRows: 16, splitCount: 2)),
  ]
}
