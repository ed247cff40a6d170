package import KernelIR
package import Tensors

/// Kernels that stand for all resamplings where each is assembled.
package enum ResamplingCatalogue {
  package static func resizes() throws(HewnError) -> [ResizeKernel] {
    var kernels: [ResizeKernel] = []
    for element in KernelElement.allCases {
      for (tapCount, extrapolates) in [
        (1, false), (2, false), (2, true), (4, false), (9, false), (9, true),
      ] {
        let table = try table(tapCount: tapCount, extrapolates: extrapolates)
        kernels.append(
          ResizeKernel(
            try ResizeProblem(
              groups: 2, channels: 64, rows: table, columns: table, element: element)))
      }
    }
    return kernels
  }

  package static func kernels() throws -> [Kernel] { try resizes().map { try $0.build() } }

  private static func table(tapCount: Int, extrapolates: Bool) throws(HewnError) -> ResizeTable {
    let taps = Array(0..<tapCount)
    return try ResizeTable(
      inputExtent: tapCount, tapCount: tapCount, indices: taps + taps,
      weights: Array(repeating: 1 / Double(tapCount), count: 2 * tapCount),
      extrapolated: extrapolates ? [0] : [])
  }
}
