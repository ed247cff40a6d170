package import Covers

extension LayerStatistics {
  /// What a weight could win back at each entry that is zero, as a part of the layer's outputs.
  ///
  /// With r = B − WĤ what the weights leave of the outputs times the inputs, the best single weight
  /// at (i, j) lowers the error by rᵢⱼ² / Ĥⱼⱼ. That is the worth of one slot alone: where inputs are
  /// correlated, slots of a filter win back the same part of the outputs, and their gains do not add up.
  ///
  /// - Parameter bias: the biases where they are kept; nil where a refit finds them too.
  /// - Returns: gains over ‖Y‖², row-major; zero where a weight is not, or its tap has no input.
  /// - Complexity: 2 · M · K · k FLOP for blocks of k taps.
  package func slotGains(
    of weights: FilterMatrix, bias: [Float]? = nil, parts: PartLoop = runInOrder
  ) -> [Float] {
    precondition(weights.rows == rows && weights.taps == taps)
    var gains = [Float](repeating: 0, count: rows * taps)
    let partRows = 32
    for index in blocks.indices {
      let equations = NormalEquations(self, block: index, bias: bias)
      gains.withUnsafeMutableBufferPointer { buffer in
        guard let gains = buffer.baseAddress else { return }
        parts((rows + partRows - 1) / partRows) { part in
          let filters = part * partRows..<min((part + 1) * partRows, rows)
          let products = equations.residualProducts(weights, filters: filters)
          for (f, filter) in filters.enumerated() {
            for (j, tap) in equations.taps.enumerated() where weights[filter, tap] == 0 {
              let square = equations.gram(j, j)
              let product = products[f * equations.count + j]
              guard square > 0, product != 0 else { continue }
              gains[filter * taps + tap] = Float(
                min(relative(product * product / square), Double(Float.greatestFiniteMagnitude)))
            }
          }
        }
      }
    }
    return gains
  }
}
