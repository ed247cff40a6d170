internal import KernelIR

/// What a matrix product computes, whatever its size:
///
///     D[M×N] = activation(A[M×K] · B[K×N] + bias[M])
///
/// Products are of f16 or tf32 numbers, sums are f32, and D is rounded once. A lies row by row,
/// with K innermost. The order of additions is that of the tensor cores.
package struct GemmOperation: Hashable, Sendable {
  package enum Format: String, CaseIterable, Hashable, Sendable {
    /// A and B are f16.
    case f16
    /// A and B are f32 in memory, and rounded to tf32 (10 bits of fraction) before they are
    /// multiplied.
    case tf32
  }

  /// How B lies in memory.
  package enum Layout: String, CaseIterable, Hashable, Sendable {
    /// K rows of N: N is innermost, as in an implicit GEMM.
    case rowMajor
    /// N rows of K: K is innermost.
    case columnMajor
  }

  package enum Output: String, CaseIterable, Hashable, Sendable {
    case f16, f32
  }

  package enum Activation: String, CaseIterable, Hashable, Sendable {
    case none
    /// max(x, 0); NaN stays NaN.
    case relu
  }

  package var format: Format
  package var layoutOfB: Layout
  package var output: Output
  package var hasBias: Bool
  package var activation: Activation

  package init(
    format: Format, layoutOfB: Layout = .rowMajor, output: Output? = nil, hasBias: Bool = false,
    activation: Activation = .none
  ) {
    self.format = format
    self.layoutOfB = layoutOfB
    self.output = output ?? (format == .f16 ? .f16 : .f32)
    self.hasBias = hasBias
    self.activation = activation
  }

  /// As in kernels' names: `rowmajor_f16`, `columnmajor_f16f32_bias_relu`.
  var name: String {
    let types = output.rawValue == format.rawValue || format == .tf32 && output == .f32
    return layoutOfB.rawValue.lowercased() + "_" + format.rawValue
      + (types ? "" : output.rawValue) + (hasBias ? "_bias" : "")
      + (activation == .none ? "" : "_\(activation)")
  }
}

extension GemmOperation.Format {
  /// The shape of `mma.sync`.
  var matrixShape: MatrixShape {
    switch self {
    case .f16: MatrixShape(k: 16, type: .f16)
    case .tf32: MatrixShape(k: 8, type: .tf32)
    }
  }

  /// Bytes of an element of A and B in memory.
  package var byteCount: Int { self == .f16 ? 2 : 4 }
}

extension GemmOperation.Output {
  /// Bytes of an element of D.
  package var byteCount: Int { self == .f16 ? 2 : 4 }
}
