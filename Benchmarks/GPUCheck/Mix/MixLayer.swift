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
}
