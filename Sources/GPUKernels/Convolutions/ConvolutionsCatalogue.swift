package import KernelIR
package import Tensors

/// Kernels that stand for all depthwise convolutions and pools where each is assembled.
package enum ConvolutionsCatalogue {
  package static func depthwise() throws(HewnError) -> [DepthwiseKernel] {
    var kernels: [DepthwiseKernel] = []
    for (size, stride, dilation) in [
      (1, 1, 1), (3, 1, 1), (3, 2, 1), (3, 1, 2), (5, 1, 1), (5, 2, 1), (7, 1, 1), (7, 2, 1),
      (31, 1, 1),
    ] {
      let window = try window(56, size, stride, dilation)
      for (hasBias, clip) in [(false, nil), (true, 0...6)] as [(Bool, ClosedRange<Float>?)] {
        kernels.append(
          DepthwiseKernel(DepthwiseProblem(window, hasBias: hasBias, clip: clip)))
      }
    }
    return kernels
  }

  package static func pools() throws(HewnError) -> [PoolKernel] {
    var kernels: [PoolKernel] = []
    for (size, stride) in [(2, 2), (3, 2), (3, 1), (5, 1), (7, 1), (13, 1)] {
      let window = try window(56, size, stride, 1)
      for kind in [
        PoolKind.maximum, .average(countsPadding: false), .average(countsPadding: true),
      ] {
        kernels.append(PoolKernel(PoolProblem(kind, window)))
      }
    }
    return kernels
  }

  package static func globalPools() throws(HewnError) -> [GlobalPoolKernel] {
    try [false, true].map { isMaximum throws(HewnError) in
      GlobalPoolKernel(try GlobalPoolProblem(maximum: isMaximum, planes: 1024, area: 49))
    }
  }

  package static func kernels() throws -> [Kernel] {
    try depthwise().map { try $0.build() } + pools().map { try $0.build() }
      + globalPools().map { try $0.build() }
  }

  private static func window(
    _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int
  ) throws(HewnError) -> LanesWindow {
    let padding = (kernel - 1) * dilation / 2
    let output = (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1
    return try LanesWindow(
      groups: 2, channels: 64, input: Spatial(size, size), output: Spatial(output, output),
      kernel: Spatial(kernel, kernel), stride: Spatial(stride, stride),
      dilation: Spatial(dilation, dilation), paddingBefore: Spatial(padding, padding),
      paddingAfter: Spatial(padding, padding))
  }
}
