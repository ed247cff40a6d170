package import KernelIR
package import Tensors

/// Kernels that stand for all normalizations where each is assembled.
package enum NormalizationCatalogue {
  package static func normalizations() throws(HewnError) -> [NormalizeKernel] {
    var kernels: [NormalizeKernel] = []
    for element in KernelElement.allCases {
      for axis in [32, 49, 128, 196, 768, 1024, 3136] {
        kernels.append(
          NormalizeKernel(
            try .layer(outer: 64, axis: axis, shift: true, epsilon: 1e-5, element: element)))
      }
      for (hasScale, axis) in [(true, 768), (false, 768), (false, 3136)] {
        kernels.append(
          NormalizeKernel(
            try NormalizeProblem(
              outer: 64, axis: axis, period: 1, run: 1, scale: hasScale, shift: false,
              epsilon: 1e-5, element: element)))
      }
    }
    return kernels
  }

  package static func localResponses() throws(HewnError) -> [LocalResponseKernel] {
    var kernels: [LocalResponseKernel] = []
    for element in KernelElement.allCases {
      for (size, beta) in [(5, 0.75), (3, 1), (33, 0.5)] as [(Int, Float)] {
        kernels.append(
          LocalResponseKernel(
            try LocalResponseProblem(
              groups: 2, channels: 64, area: 784, size: size, alpha: 1e-4, beta: beta, bias: 1,
              element: element)))
      }
    }
    return kernels
  }

  package static func kernels() throws -> [Kernel] {
    try normalizations().map { try $0.build() } + localResponses().map { try $0.build() }
  }
}
