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
    var outputs = [Float](repeating: 0, count: matrix.rows * count)
    outputs.withUnsafeMutableBufferPointer { outputs in
      inputs.withUnsafeBufferPointer { inputs in
        guard let outputs = outputs.baseAddress, let inputs = inputs.baseAddress else { return }
        parts(matrix.rows) { row in
          let taps = (0..<matrix.taps).filter { matrix[row, $0] != 0 }
          let out = outputs + row * count
          guard !taps.isEmpty else {
            out.update(repeating: bias[row], count: count)
            return
          }
          let (indices, weights) = (taps.map { Int32($0) }, taps.map { matrix[row, $0] })
          indices.withUnsafeBufferPointer { indices in
            weights.withUnsafeBufferPointer { weights in
              guard let indices = indices.baseAddress, let weights = weights.baseAddress else {
                return
              }
              DotProducts.kernels.filter(
                .init(
                  weightCount: taps.count, taps: indices, weights: weights, bias: bias[row],
                  x: inputs, stride: stride, count: count, out: out))
            }
          }
        }
      }
    }
    return outputs
  }
}
