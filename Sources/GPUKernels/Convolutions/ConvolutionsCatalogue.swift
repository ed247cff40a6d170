package import KernelIR
package import Tensors

/// Kernels that stand for all depthwise convolutions and pools where each is assembled.
package enum ConvolutionsCatalogue {
  package static func depthwise() throws(HewnError) -> [DepthwiseKernel] {
    var kernels: [DepthwiseKernel] = []
    func add(
      _ window: LanesWindow, _ element: KernelElement, bias: Bool = true,
      residualGroupStride: Int? = nil, _ activation: BlockActivation
    ) {
      kernels.append(
        DepthwiseKernel(
          DepthwiseProblem(
            window, element: element, hasBias: bias, residualGroupStride: residualGroupStride,
            activation: activation)))
    }
    for (size, stride, dilation) in [
      (1, 1, 1), (3, 1, 1), (3, 2, 1), (3, 1, 2), (5, 1, 1), (5, 2, 1), (7, 1, 1), (7, 2, 1),
      (31, 1, 1),
    ] {
      let window = try window(56, size, stride, dilation)
      for element in KernelElement.allCases {
        add(window, element, bias: false, .identity)
        add(window, element, .clip(lower: 0, upper: 6))
      }
    }
    let window = try window(56, 3, 1, 1)
    let multiplied = try self.window(56, 3, 1, 1, multiplier: 2)
    for element in KernelElement.allCases {
      for activation in BlockActivation.examples {
        add(window, element, residualGroupStride: window.outputGroupStride, activation)
      }
      add(multiplied, element, .silu)
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
        kernels += KernelElement.allCases.map { PoolKernel(PoolProblem(kind, window, element: $0)) }
      }
    }
    return kernels
  }

  package static func globalPools() throws(HewnError) -> [GlobalPoolKernel] {
    var kernels: [GlobalPoolKernel] = []
    for isMaximum in [false, true] {
      for element in KernelElement.allCases {
        kernels.append(
          GlobalPoolKernel(
            try GlobalPoolProblem(maximum: isMaximum, planes: 1024, area: 49, element: element)))
      }
    }
    return kernels
  }

  package static func kernels() throws -> [Kernel] {
    try depthwise().map { try $0.build() } + pools().map { try $0.build() }
      + globalPools().map { try $0.build() }
  }

  private static func window(
    _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, multiplier: Int = 1
  ) throws(HewnError) -> LanesWindow {
    let padding = (kernel - 1) * dilation / 2
    let output = (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1
    return try LanesWindow(
      groups: 2, channels: 64, input: Spatial(size, size), output: Spatial(output, output),
      kernel: Spatial(kernel, kernel), stride: Spatial(stride, stride),
      dilation: Spatial(dilation, dilation), paddingBefore: Spatial(padding, padding),
      paddingAfter: Spatial(padding, padding), multiplier: multiplier)
  }
}
