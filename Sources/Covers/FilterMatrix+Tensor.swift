package import Tensors

extension FilterMatrix {
  /// Reads the right operand of a product.
  ///
  /// - Parameters:
  ///   - weights: [K, M], or [M, K] when `transposed`.
  ///   - scale: a factor for all weights.
  /// - Throws: `invalidFile` for weights that are no numbers.
  package init(_ weights: Tensor, transposed: Bool, scale: Float) throws(HewnError) {
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
