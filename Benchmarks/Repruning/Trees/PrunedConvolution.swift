import Covers
import GPUKernels
import Graphs
import Tensors

/// A convolution of a graph whose weights are constant and have zeros.
struct PrunedConvolution {
  /// Images of a batch on the GPU.
  static let imageCount = 32

  private let groups: Int
  private let window: WindowGeometry
  private let weights: Tensor
  private let channels: Int

  /// - Returns: nil for all others, and for depthwise ones, which have kernels of their own.
  init?(_ conv: Conv, _ node: Node, in graph: Graph) {
    guard let input = node.inputs[0], let weight = node.inputs[1],
      let weights = graph[weight].constant, weights.shape.rank == 4,
      let window = try? conv.geometry(input: graph[input].type.shape, weight: weights.shape),
      conv.groups == 1 || weights.shape[1] > 1, weights.floats().contains(0)
    else { return nil }
    groups = conv.groups
    channels = graph[input].type.shape[1]
    self.window = window.rowsAndColumns
    self.weights = weights
  }

  private var filters: Int { weights.shape[0] / groups }
  private var groupChannels: Int { channels / groups }

  func matrices() throws -> [FilterMatrix] {
    let values = weights.floats()
    let count = values.count / groups
    return try (0..<groups).map { group in
      try FilterMatrix(
        rows: filters, taps: count / filters,
        values: Array(values[group * count..<(group + 1) * count]))
    }
  }

  /// The costs that the GPU backend covers the layer by, with the tiling that it chooses.
  func gpuCosts(on figures: GPUFigures) throws -> CoverCosts {
    let (input, output) = (window.inputExtents, window.outputExtents)
    let problem = BlockProblem(
      imageGroups: Self.imageCount / 8,
      input: LanesGeometry(channels: channels, height: input[0], width: input[1]),
      output: LanesGeometry(channels: weights.shape[0], height: output[0], width: output[1]),
      stride: Spatial(window.strides[0], window.strides[1]))
    let matrices = try matrices()
    let outline = BlockOutline(
      problem, branches: (0..<groups).map { (filters, blockTaps($0)) },
      density: min(matrices.density(rows: 16), 1 - .ulpOfOne),
      tallDensities: [32: matrices.density(rows: 32), 64: matrices.density(rows: 64)])
    let tiling = try BlockTiling.choose(for: outline, precision: .f16, on: figures)
    return figures.blockCosts.coverCosts(
      problem, channelTaps: window.kernel[0] * window.kernel[1], tiling: tiling, on: figures)
  }

  private func blockTaps(_ group: Int) -> [BlockTap] {
    (group * groupChannels..<(group + 1) * groupChannels).flatMap { channel in
      (0..<window.kernel[0]).flatMap { r in
        (0..<window.kernel[1]).map { s in
          BlockTap(
            channel: channel, y: r * window.dilations[0] - window.padBegin[0],
            x: s * window.dilations[1] - window.padBegin[1])
        }
      }
    }
  }
}

extension [FilterMatrix] {
  /// The share of the pairs of some neighbouring rows and a tap that have a weight.
  fileprivate func density(rows height: Int) -> Double {
    var (all, kept) = (0, 0)
    for matrix in self {
      for first in stride(from: 0, to: matrix.rows, by: height) {
        let rows = first..<Swift.min(matrix.rows, first + height)
        all += matrix.taps
        kept += (0..<matrix.taps).count { tap in rows.contains { matrix[$0, tap] != 0 } }
      }
    }
    return Double(kept) / Double(Swift.max(1, all))
  }
}
