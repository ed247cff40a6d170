package import KernelIR

/// A divisor that the host prepares, so that kernels divide by it with a multiplication.
///
/// ⌊n / d⌋ = (⌊m · n / 2³²⌋ + n) >> s for n < 2³¹, where s = ⌈log₂ d⌉ and m = ⌊2³² · (2ˢ − d) / d⌋ + 1.
///
/// Source: Granlund and Montgomery, "Division by invariant integers using multiplication" (PLDI 1994),
/// figure 4.1.
package struct Divisor: KernelArgument, Hashable, Sendable {
  package var divisor: UInt32
  package var multiplier: UInt32
  package var shift: UInt32

  /// - Precondition: 0 < divisor < 2³¹.
  package init(_ divisor: Int) {
    precondition(divisor > 0 && divisor < 1 << 31, "\(divisor) cannot be divided by")
    let shift = divisor == 1 ? 0 : Int.bitWidth - (divisor - 1).leadingZeroBitCount
    self.divisor = UInt32(divisor)
    self.shift = UInt32(shift)
    multiplier = UInt32((1 << 32) * ((1 << shift) - divisor) / divisor + 1)
  }

  package static func read(from operand: Operand, of builder: KernelBuilder) -> InKernel {
    InKernel(
      divisor: UInt32.read(from: operand, of: builder),
      multiplier: UInt32.read(from: operand.advanced(byBytes: 4), of: builder),
      shift: UInt32.read(from: operand.advanced(byBytes: 8), of: builder))
  }

  /// The divisor as a kernel sees it.
  package struct InKernel {
    let divisor: Value<U32>
    let multiplier: Value<U32>
    let shift: Value<U32>

    /// ⌊n / divisor⌋ and what remains, for n < 2³¹.
    func divide(_ n: Value<U32>) -> (quotient: Value<U32>, remainder: Value<U32>) {
      let quotient = (multiplyHigh(multiplier, n) + n) >> shift
      return (quotient, n - quotient * divisor)
    }
  }
}
