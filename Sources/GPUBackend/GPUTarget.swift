package import GPUKernels
internal import KernelIR
package import Runtime

/// What kernels are chosen and built for.
package struct GPUTarget: Sendable {
  package var figures: GPUFigures
  package var precision: Precision
  package var engine: Engine

  package init(figures: GPUFigures, precision: Precision, engine: Engine) {
    self.figures = figures
    self.precision = precision
    self.engine = engine
  }

  /// What activations are stored as.
  package var element: KernelElement {
    switch precision {
    case .f32, .tf32: .f32
    case .f16: .f16
    case .bf16: .bf16
    }
  }
}
