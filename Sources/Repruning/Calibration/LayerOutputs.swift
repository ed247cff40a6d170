package import Covers

/// Y = WX + b1ᵀ in double precision, rounded once.
package struct LayerOutputs: Sendable {
  private let weights: FilterWeights

  package init(_ weights: FilterWeights) { self.weights = weights }

  /// The outputs at some positions, M × `count`.
  ///
  /// - Parameters:
  ///   - inputs: X, K × `stride`, of which the first `count` columns are read.
  /// - Complexity: 2 · nnz · `count` FLOP.
  package func outputs(
    of inputs: [Float], stride: Int, count: Int, parts: PartLoop
  ) -> [Float] {
    let (matrix, bias) = (weights.matrix, weights.bias)
    var sums = [Double](repeating: 0, count: matrix.rows * count)
    sums.withUnsafeMutableBufferPointer { sums in
      inputs.withUnsafeBufferPointer { inputs in
        guard let sums = sums.baseAddress, let inputs = inputs.baseAddress else { return }
        parts(matrix.rows) { row in
          let out = sums + row * count
          for tap in 0..<matrix.taps where matrix[row, tap] != 0 {
            let weight = Double(matrix[row, tap])
            let x = inputs + tap * stride
            for index in 0..<count { out[index] += weight * Double(x[index]) }
          }
          let bias = Double(bias[row])
          for index in 0..<count { out[index] += bias }
        }
      }
    }
    return sums.map { Float($0) }
  }
}
