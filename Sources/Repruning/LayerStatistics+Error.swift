package import Covers

extension LayerStatistics {
  /// The error of each filter with the best bias for its weights: Σy² − 2⟨w, B⟩ + wᵀĤw.
  ///
  /// - Complexity: O(z²) for a filter of z weights that are not zero.
  package func errors(
    of weights: FilterMatrix, parts: PartLoop = runInOrder
  ) -> [Double] {
    errors(weights, bias: nil, parts)
  }

  /// The error of each filter with its bias.
  package func errors(of weights: FilterWeights, parts: PartLoop = runInOrder) -> [Double] {
    errors(weights.matrix, bias: weights.bias, parts)
  }

  /// The bias of each filter for which its mean residual is zero: ȳ − w·x̄.
  package func bestBias(of weights: FilterMatrix) -> [Double] {
    precondition(weights.rows == rows && weights.taps == taps)
    return (0..<rows).map { row in
      var bias = outputMeans[row]
      for tap in 0..<taps where weights[row, tap] != 0 {
        bias -= Double(weights[row, tap]) * inputMeans[tap]
      }
      return bias
    }
  }

  private func errors(_ weights: FilterMatrix, bias: [Float]?, _ parts: PartLoop) -> [Double] {
    let best = bestBias(of: weights)
    var result = [Double](repeating: 0, count: rows)
    let rows = rows
    result.withUnsafeMutableBufferPointer { buffer in
      guard let result = buffer.baseAddress else { return }
      parts(rows) { row in
        let distance = bias.map { best[row] - Double($0[row]) } ?? 0
        result[row] =
          deviation(of: weights, row: row) + Double(positionCount) * distance * distance
      }
    }
    return result
  }

  /// The error of one filter about the means, which rounding may not take below zero.
  private func deviation(of weights: FilterMatrix, row: Int) -> Double {
    var error = targetSquares[row]
    for block in blocks {
      let taps = block.taps.filter { weights[row, $0] != 0 }.map { $0 - block.taps.lowerBound }
      let values = taps.map { Double(weights[row, $0 + block.taps.lowerBound]) }
      block.gram.lower.withUnsafeBufferPointer { lower in
        for (index, tap) in taps.enumerated() {
          let start = SymmetricMatrix.start(tap)
          var product = values[index] * lower[start + tap]
          for other in 0..<index { product += 2 * values[other] * lower[start + taps[other]] }
          error += values[index] * (product - 2 * block.cross[row * block.taps.count + tap])
        }
      }
    }
    // NaN stays NaN: nobody takes it for a small error.
    return error < 0 ? 0 : error
  }
}
