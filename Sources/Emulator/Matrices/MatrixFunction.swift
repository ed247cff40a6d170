package import KernelIR

/// What a matrix product does to the registers of a warp.
///
/// Pointers to whole registers of 32 lanes stand in the order of ``Instruction/results`` and
/// ``Instruction/sources``. A result may be one of the sources.
package typealias MatrixFunction =
  @convention(c) (
    _ results: UnsafePointer<UnsafeMutableRawPointer>, _ sources: UnsafePointer<UnsafeRawPointer>
  ) -> Void

/// The function of `mma.sync` and `mma.sp`, `nil` for other operations and shapes that are not
/// defined.
///
///     dₘₙ = (…((cₘₙ + aₘ₀ b₀ₙ) + aₘ₁ b₁ₙ) + …)
///
/// Each product and each sum is rounded to the nearest even f32. Products of f16 are exact, others
/// where they stay within the range of f32. k ascends; the zeros that a sparse A leaves out are not
/// multiplied. A NaN is canonical. Of tf32 operands the 19 high bits count. Hardware adds in an
/// order of its own, which NVIDIA does not say, so that its sums differ from these in their last
/// bits.
///
/// Fragments lie as ``FragmentLayout`` says.
package func matrixFunction(for operation: Operation) -> MatrixFunction? {
  guard operation.isDefined else { return nil }
  return switch operation {
  case .multiplyMatrices(let shape): denseFunction(shape)
  case .multiplySparseMatrices(let shape, let selector): sparseFunction(shape, selector)
  default: nil
  }
}

private func denseFunction(_ shape: MatrixShape) -> MatrixFunction? {
  switch (shape.type, shape.k) {
  case (.f16, 8): { multiplyDense($0, $1, .f16, blocks: 1) }
  case (.f16, 16): { multiplyDense($0, $1, .f16, blocks: 2) }
  case (.bf16, 8): { multiplyDense($0, $1, .bf16, blocks: 1) }
  case (.bf16, 16): { multiplyDense($0, $1, .bf16, blocks: 2) }
  case (.tf32, 4): { multiplyDense($0, $1, .tf32, blocks: 1) }
  case (.tf32, 8): { multiplyDense($0, $1, .tf32, blocks: 2) }
  default: nil
  }
}

private func sparseFunction(_ shape: MatrixShape, _ selector: Int) -> MatrixFunction? {
  switch (shape.type, shape.k, selector) {
  case (.f16, 16, 0): { multiplySparse($0, $1, .f16, blocks: 1, selector: 0) }
  case (.f16, 16, 1): { multiplySparse($0, $1, .f16, blocks: 1, selector: 1) }
  case (.f16, 16, 2): { multiplySparse($0, $1, .f16, blocks: 1, selector: 2) }
  case (.f16, 16, 3): { multiplySparse($0, $1, .f16, blocks: 1, selector: 3) }
  case (.f16, 32, 0): { multiplySparse($0, $1, .f16, blocks: 2, selector: 0) }
  case (.f16, 32, 1): { multiplySparse($0, $1, .f16, blocks: 2, selector: 1) }
  case (.bf16, 16, 0): { multiplySparse($0, $1, .bf16, blocks: 1, selector: 0) }
  case (.bf16, 16, 1): { multiplySparse($0, $1, .bf16, blocks: 1, selector: 1) }
  case (.bf16, 16, 2): { multiplySparse($0, $1, .bf16, blocks: 1, selector: 2) }
  case (.bf16, 16, 3): { multiplySparse($0, $1, .bf16, blocks: 1, selector: 3) }
  case (.bf16, 32, 0): { multiplySparse($0, $1, .bf16, blocks: 2, selector: 0) }
  case (.bf16, 32, 1): { multiplySparse($0, $1, .bf16, blocks: 2, selector: 1) }
  case (.tf32, 8, 0): { multiplySparse($0, $1, .tf32, blocks: 1, selector: 0) }
  case (.tf32, 8, 1): { multiplySparse($0, $1, .tf32, blocks: 1, selector: 1) }
  case (.tf32, 8, 2): { multiplySparse($0, $1, .tf32, blocks: 1, selector: 2) }
  case (.tf32, 8, 3): { multiplySparse($0, $1, .tf32, blocks: 1, selector: 3) }
  case (.tf32, 16, 0): { multiplySparse($0, $1, .tf32, blocks: 2, selector: 0) }
  case (.tf32, 16, 1): { multiplySparse($0, $1, .tf32, blocks: 2, selector: 1) }
  default: nil
  }
}
