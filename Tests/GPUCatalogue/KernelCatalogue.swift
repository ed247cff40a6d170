import GPUKernels
import KernelIR

/// Every kernel that Hewn has, in the forms that are checked without a GPU.
package enum KernelCatalogue {
  package static func all() throws -> [Kernel] {
    try InstructionCase.all().map(\.kernel) + kernels()
  }

  /// Those that networks use.
  package static func kernels() throws -> [Kernel] {
    try [
      GemmCatalogue.kernels.map(\.kernel),
      ElementwiseCatalogue.kernels(),
      ReductionsCatalogue.kernels(),
      LayoutsCatalogue.kernels(),
      MovesCatalogue.kernels(),
      ConvolutionsCatalogue.kernels(),
      ResamplingCatalogue.kernels(),
      NormalizationCatalogue.kernels(),
      BlocksCatalogue.kernels(),
      LeavesCatalogue.kernels(),
    ].flatMap { $0 }
  }
}
