internal import Covers
package import Graphs
internal import Tensors

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

extension FilterMatrix {
  /// Reads the right operand of a product.
  ///
  /// - Parameters:
  ///   - weights: [K, M], or [M, K] when `transposed`.
  ///   - scale: a factor for all weights.
  /// - Throws: `invalidFile` for weights that are no numbers.
  init(_ weights: Tensor, transposed: Bool, scale: Float) throws(HewnError) {
    let (rows, taps) =
      transposed
      ? (weights.shape[0], weights.shape[1]) : (weights.shape[1], weights.shape[0])
    if transposed, scale == 1 {
      // As they are: a copy of the greatest layer's weights would be the peak of the memory.
      try self.init(rows: rows, taps: taps, values: weights.floats())
      return
    }
    let values = weights.floats()
    var matrix = [Float](repeating: 0, count: values.count)
    for row in 0..<rows {
      for tap in 0..<taps {
        matrix[row * taps + tap] =
          scale * (transposed ? values[row * taps + tap] : values[tap * rows + row])
      }
    }
    try self.init(rows: rows, taps: taps, values: matrix)
  }
}
