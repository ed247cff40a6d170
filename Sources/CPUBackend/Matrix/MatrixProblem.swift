package import Covers
package import Graphs
package import Tensors

/// Y[n][i] = activation(bias[i] + Σ_k W[i][k] · X[n][k]) with constant W: `Gemm`, and `MatMul` with a
/// constant right operand. X and Y are row-major.
package struct MatrixProblem: Sendable {
  /// Rows of X and Y.
  package var images: Int
  package var matrix: FilterMatrix
  package var bias: [Float]
  package var activation: Activation

  package init(images: Int, matrix: FilterMatrix, bias: [Float], activation: Activation) {
    self.images = images
    self.matrix = matrix
    self.bias = bias
    self.activation = activation
  }

  /// Reads the right operand of a product.
  ///
  /// - Parameters:
  ///   - weights: [K, M], or [M, K] when `transposed`.
  ///   - scale: a factor for all weights.
  /// - Throws: `invalidFile` for weights that are no numbers.
  package static func matrix(
    _ weights: Tensor, transposed: Bool, scale: Float
  ) throws(HewnError) -> FilterMatrix {
    let values = weights.floats()
    let (rows, taps) =
      transposed
      ? (weights.shape[0], weights.shape[1]) : (weights.shape[1], weights.shape[0])
    var matrix = [Float](repeating: 0, count: values.count)
    for row in 0..<rows {
      for tap in 0..<taps {
        matrix[row * taps + tap] =
          scale * (transposed ? values[row * taps + tap] : values[tap * rows + row])
      }
    }
    return try FilterMatrix(rows: rows, taps: taps, values: matrix)
  }
}
