/// The types of a matrix product; sums are f32.
package enum MatrixType: String, CaseIterable, Hashable, Sendable {
  case f16, bf16, tf32

  package var byteCount: Int { self == .tf32 ? 4 : 2 }
}

/// m16n8k8 or m16n8k16 of `mma.sync`; twice that K with `mma.sp`.
package struct MatrixShape: Hashable, Sendable {
  package var k: Int
  package var type: MatrixType

  package init(k: Int, type: MatrixType) {
    self.k = k
    self.type = type
  }

  /// The dense shapes.
  package static let dense: [MatrixShape] = [
    MatrixShape(k: 8, type: .f16), MatrixShape(k: 16, type: .f16),
    MatrixShape(k: 8, type: .bf16), MatrixShape(k: 16, type: .bf16),
    MatrixShape(k: 4, type: .tf32), MatrixShape(k: 8, type: .tf32),
  ]
  /// The sparse shapes.
  package static let sparse: [MatrixShape] = [
    MatrixShape(k: 16, type: .f16), MatrixShape(k: 32, type: .f16),
    MatrixShape(k: 16, type: .bf16), MatrixShape(k: 32, type: .bf16),
    MatrixShape(k: 8, type: .tf32), MatrixShape(k: 16, type: .tf32),
  ]

  /// Registers of a dense A, of 16 × k values.
  package var aRegisterCount: Int { 16 * k * type.byteCount / 128 }
  /// Registers of B, of k × 8 values.
  package var bRegisterCount: Int { 8 * k * type.byteCount / 128 }
}

/// m64nNk16 (k8 for tf32) of `wgmma`.
package struct WarpgroupShape: Hashable, Sendable {
  /// 8…256 in steps of 8.
  package var n: Int
  package var type: MatrixType
  /// Whether A comes from registers; B always lies in shared memory.
  package var aInRegisters: Bool
  /// Whether A and B lie with M and N innermost in shared memory (16-bit types alone).
  package var transposesA: Bool
  package var transposesB: Bool

  package init(
    n: Int, type: MatrixType, aInRegisters: Bool = false, transposesA: Bool = false,
    transposesB: Bool = false
  ) {
    self.n = n
    self.type = type
    self.aInRegisters = aInRegisters
    self.transposesA = transposesA
    self.transposesB = transposesB
  }

  package var k: Int { 32 / type.byteCount }
  /// Sums held by each thread.
  package var accumulatorCount: Int { n / 2 }
}
