import Covers
import GPUCatalogue
import GPUKernels
import Tensors

/// A layer whose kernels' instructions are counted: 3×3 convolutions of known networks on smaller images, as
/// what an output pixel costs does not depend on their number.
struct MixLayer {
  var name: String
  var channels: Int
  var filters: Int
  var size: Int

  static let all = [
    MixLayer(name: "squeezenet/fire2/expand3x3", channels: 16, filters: 64, size: 16),
    MixLayer(name: "squeezenet/fire9/expand3x3", channels: 64, filters: 256, size: 13),
    MixLayer(name: "resnet50/layer1/conv2", channels: 64, filters: 64, size: 16),
    MixLayer(name: "resnet50/layer3/conv2", channels: 256, filters: 256, size: 14),
    MixLayer(name: "resnet50/layer4/conv2", channels: 512, filters: 512, size: 7),
  ]
  static let zeros = [0.8, 0.9, 0.95]

  /// A group of 8 images; two of the smallest, as a tile would have.
  func test(zeros: Double, covering: LeafCase.Covering) -> LeafCase {
    LeafCase().with {
      $0.imageGroups = size < 8 ? 2 : 1
      $0.channels = channels
      $0.filters = filters
      $0.input = Spatial(size, size)
      $0.zeros = zeros
      $0.covering = covering
      $0.activation = .clip(lower: 0, upper: .infinity)
    }
  }

  /// The layer as the kernel on blocks of 16, 32 and 64 rows computes it, in f16.
  ///
  /// For 16 taps and 8 pixels shared memory makes 16 passes; a segment of 64 rows takes twice as long, by
  /// its products.
  func blocks(_ test: LeafCase) throws -> BlockLayer {
    let costs = CoverCosts(
      leaf: 1,
      heights: [(16, 1), (32, 1), (64, 2)].map {
        CoverCosts.HeightCost(height: $0.0, perTap: $0.1)
      })
    let branches = try test.branches { matrix in
      .exact(matrix, costs: costs, tree: .greedy(matrix, costs: costs))
    }
    let side = min(size, 8)
    let tiling = BlockTiling(
      precision: .f16, rootRows: 64, rootsPerBlock: 1, pixelWarps: 8, pixelsPerWarp: 8,
      tileGroups: 1, tileRows: side, tileColumns: side, channelsPerChunk: 16, stageCount: 2)
    return try BlockLayer(test.problem, branches: branches, tiling: tiling)
  }
}
