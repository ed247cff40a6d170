package import Graphs

/// Y[n][i] = activation(bias[i] + Σ_k W[i][k] · X[n][k]) with constant W: `Gemm`, and `MatMul` with a
/// constant right operand. X and Y are row-major; W and bias are ``FilterWeights``.
package struct MatrixProblem: Sendable {
  /// Rows of X and Y.
  package var images: Int
  /// Filters: elements of a row of Y.
  package var rows: Int
  /// Elements of a row of X.
  package var taps: Int
  package var activation: Activation

  package init(images: Int, rows: Int, taps: Int, activation: Activation) {
    self.images = images
    self.rows = rows
    self.taps = taps
    self.activation = activation
  }
}
