import GPUKernels
import KernelIR
import Tensors

/// A product of random matrices, and what it must give.
package struct GemmCase: Sendable {
  package let problem: GemmProblem
  /// Numbers from −1 to 1, of f16 where the format is.
  var a: [Float]
  var b: [Float]
  let bias: [Float]

  package init(_ problem: GemmProblem, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in
        let number = random.uniform()
        return problem.operation.format == .f16
          ? Half.value(of: Half.bits(of: number)) : number
      }
    }
    self.problem = problem
    a = numbers(problem.m * problem.k)  // [M][K]
    b = numbers(problem.k * problem.n)  // [K][N]
    bias = (0..<problem.m).map { _ in random.uniform() }
  }

  /// An element of D in double precision, and how far it may be off: each addition of f32 may lose
  /// what the format cannot hold, in any order, as the tensor cores' order and rounding are their
  /// own.
  func expected(row: Int, column: Int) -> (value: Double, tolerance: Double) {
    let operation = problem.operation
    var (sum, magnitude) = (0.0, 0.0)
    for depth in 0..<problem.k {
      let product =
        Double(factor(a[row * problem.k + depth])) * Double(factor(b[depth * problem.n + column]))
      sum += product
      magnitude += product.magnitude
    }
    if operation.hasBias {
      sum += Double(bias[row])
      magnitude += Double(bias[row].magnitude)
    }
    let value = operation.activation == .relu ? max(sum, 0) : sum
    let rounding = operation.output == .f16 ? value.magnitude * 0x1p-11 + 0x1p-25 : 0
    return (value, magnitude * Double(problem.k + 2) * 0x1p-23 + rounding)
  }

  /// A number as it is multiplied: tf32 has 10 bits of fraction, ties away from zero.
  private func factor(_ number: Float) -> Float {
    problem.operation.format == .f16
      ? number : Float(bitPattern: (number.bitPattern + 0x1000) & ~0x1fff)
  }
}
