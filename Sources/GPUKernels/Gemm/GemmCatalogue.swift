package import KernelIR

/// The GEMM kernels, for scripts and tests that go through all.
package enum GemmCatalogue {
  /// Every configuration of every format and layout of B, with both outputs and epilogues.
  package static var entries: [(operation: GemmOperation, configuration: GemmConfiguration)] {
    operations.flatMap { operation in
      GemmConfiguration.table(operation).map { (operation, $0) }
    }
  }

  package static var operations: [GemmOperation] {
    GemmOperation.Layout.allCases.flatMap { layout in
      [
        GemmOperation(format: .f16, layoutOfB: layout),
        GemmOperation(
          format: .f16, layoutOfB: layout, output: .f32, hasBias: true, activation: .relu),
        GemmOperation(format: .f16, layoutOfB: layout, hasBias: true, activation: .relu),
        GemmOperation(format: .tf32, layoutOfB: layout),
        GemmOperation(format: .tf32, layoutOfB: layout, hasBias: true, activation: .relu),
      ]
    }
  }

  /// All kernels, and what they are assembled for.
  package static var kernels: [(kernel: Kernel, targets: [Target])] {
    get throws {
      try entries.map { operation, configuration in
        let targets = Target.allCases.filter { configuration.runs(operation, on: $0) }
        return (try configuration.kernel(operation), targets)
      }
    }
  }
}
