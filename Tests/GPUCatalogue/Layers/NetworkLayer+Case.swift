import GPUKernels
import Tensors

extension NetworkLayer {
  /// The layer as a case, whose tiling says no more than the precision.
  package func convolution(_ precision: BlockPrecision, imageGroups: Int) -> ConvolutionCase {
    ConvolutionCase(
      name: "\(self), \(precision)", imageGroups: imageGroups, channels: channels,
      filters: filters, input: Spatial(size, size), kernel: Spatial(kernel, kernel),
      stride: Spatial(stride, stride), before: Spatial(padding, padding),
      after: Spatial(padding, padding), groups: groups,
      activation: .clip(lower: 0, upper: .infinity), tiling: ConvolutionCase.tiling()
    ).with(precision)
  }
}
