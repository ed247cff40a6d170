import GPUKernels
import Tensors
import Testing

/// How far random layers are from being read without bank conflicts.
@Suite struct BankScheduleTests {
  struct Layer: CustomTestStringConvertible {
    var block: BlockCase
    /// The greatest ``BlockCounts/conflictRatio``.
    var limit: Double

    var testDescription: String { block.name }
  }

  /// The goal is 1.05. Planes may begin where they like and taps come in any order, which is enough
  /// for 1x1 filters, for full filters, and where segments have many taps or some padding. It is not
  /// for segments of a single full step, whose 16 taps would have to be two of each residue: for
  /// larger filters with 90 % zeros and more, above all where few channels fit into a chunk. There
  /// the best residues that an exhaustive search finds are hardly better than these.
  static let layers: [Layer] = {
    var layers: [Layer] = []
    let kernels: [(Spatial, channels: Int, chunk: Int)] = [
      (Spatial(1, 1), 128, 64), (Spatial(3, 3), 16, 8), (Spatial(3, 3), 32, 16),
      (Spatial(5, 5), 8, 4), (Spatial(7, 7), 4, 2),
    ]
    for (kernel, channels, chunk) in kernels {
      for zeros in [0, 0.8, 0.9, 0.95] {
        for (precision, columns) in [(BlockPrecision.f16, 8), (.tf32, 7)] {
          var tiling = BlockCase.tiling(precision, channelsPerChunk: chunk)
          tiling.tileColumns = columns
          for covering in [BlockCase.Covering.blocks, .leaves] {
            let limit =
              switch (covering, chunk) {
              case _ where zeros == 0: 1.0
              case (_, 64...): 1.02
              case (_, 8...) where zeros <= 0.8: 1.05
              case (.leaves, 8...) where zeros <= 0.9: 1.05
              case (.leaves, _): 1.2
              default: 1.55
              }
            let name =
              "\(kernel.vertical)x\(kernel.horizontal), \(chunk) channels, \(zeros) zeros,"
              + " \(precision), \(columns) columns, \(covering)"
            let block = BlockCase(
              name: name, channels: channels, filters: 128, kernel: kernel, zeros: zeros,
              covering: covering, tiling: tiling)
            layers.append(Layer(block: block, limit: limit))
          }
        }
      }
    }
    return layers
  }()

  @Test(arguments: layers) func conflicts(_ layer: Layer) throws {
    let block = layer.block
    let counts = try BlockLayer(
      block.problem, branches: block.branches(), tiling: block.tiling
    ).counts
    #expect(counts.conflictRatio <= layer.limit, "\(block)")
    #expect(counts.wavefronts >= counts.stepWavefronts)
    #expect(counts.stepWavefronts >= counts.idealWavefronts)
    #expect(
      counts.stepCount * block.tiling.precision.stepTaps
        == counts.tapCount + counts.paddingTapCount)
  }
}
