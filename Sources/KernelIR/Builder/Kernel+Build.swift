extension Kernel {
  /// Builds a kernel and verifies it.
  ///
  /// - Parameters:
  ///   - target: the oldest GPUs that it runs on.
  ///   - threads: of a block, a multiple of 32.
  ///   - clusterSize: blocks of a cluster, 1 without; the grid is a multiple of it along x.
  ///   - registers: the most that a thread may use. The assembler is held to it, and spilling is an
  ///     error of `Scripts/check-ptx`.
  ///   - arguments: the parameter struct, which the host fills.
  ///   - body: emits the kernel.
  ///   - file, line: where the kernel's source begins.
  /// - Throws: ``KernelError``, which lists all rules that are broken.
  package static func build<Struct: BitwiseCopyable>(
    _ name: String, target: Target = .sm80, threads: Int, cluster clusterSize: Int = 1,
    registers: Int = 128, arguments: Struct.Type, file: String = #fileID, line: Int = #line,
    _ body: (KernelBuilder, KernelArguments<Struct>) -> Void
  ) throws(KernelError) -> Kernel {
    let builder = KernelBuilder()
    builder.at(file, line)
    body(builder, KernelArguments(builder: builder))
    var kernel = Kernel(
      name: name, target: target, threadCount: threads, clusterSize: clusterSize,
      sharedByteCount: builder.sharedByteCount, registerBudget: registers,
      parameterByteCount: MemoryLayout<Struct>.size,
      parameterAlignment: Swift.max(8, MemoryLayout<Struct>.alignment),
      constants: builder.constants, body: builder.statements, registerNames: builder.registerNames)
    kernel.simplify()
    kernel.markUniformConditions()
    let violations = KernelVerifier.violations(of: kernel)
    guard violations.isEmpty else { throw KernelError(kernel: name, violations: violations) }
    return kernel
  }
}

/// The rules that a kernel breaks.
package struct KernelError: Error, CustomStringConvertible {
  package var kernel: String
  package var violations: [KernelVerifier.Violation]

  package var description: String {
    "kernel \(kernel):\n" + violations.map { "  \($0)" }.joined(separator: "\n")
  }
}
