package import Covers

extension LayerStatistics {
  /// The error of each filter with the best bias for its weights: Σy² − 2⟨w, B⟩ + wᵀĤw.
  ///
  /// - Complexity: O(z²) for a filter of z weights that are not zero.
  package func errors(
    of weights: FilterMatrix, parts: PartLoop = runInOrder
  ) -> [Double] {
    precondition(weights.rows == rows && weights.taps == taps, "weights of another layer")
    var result = [Double](repeating: 0, count: rows)
    result.withUnsafeMutableBufferPointer { buffer in
      guard let result = buffer.baseAddress else { return }
      parts(rows) { row in result[row] = deviation(of: weights, filter: row) }
    }
    return result
  }

  /// The error of each filter with its bias.
  package func errors(of weights: FilterWeights, parts: PartLoop = runInOrder) -> [Double] {
    errors(of: weights.matrix, biases: [weights.bias], parts: parts)[0]
  }

  /// The error of each filter with each of some biases: for each of `biases` one of each filter.
  func errors(
    of weights: FilterMatrix, biases: [[Float]], parts: PartLoop
  ) -> [[Double]] {
    let best = bestBias(of: weights)
    let deviations = errors(of: weights, parts: parts)
    return biases.map { bias in
      (0..<rows).map { row in
        let distance = best[row] - Double(bias[row])
        return deviations[row] + Double(positionCount) * distance * distance
      }
    }
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

  /// The error of one filter about the means, which rounding may not take below zero.
  private func deviation(of weights: FilterMatrix, filter: Int) -> Double {
    var error = targetSquares[filter]
    for block in blocks {
      let taps = block.taps.filter { weights[filter, $0] != 0 }.map { $0 - block.taps.lowerBound }
      let values = taps.map { Double(weights[filter, $0 + block.taps.lowerBound]) }
      block.gram.lower.withUnsafeBufferPointer { lower in
        for (index, tap) in taps.enumerated() {
          let row = lower[SymmetricMatrix.start(tap)...SymmetricMatrix.start(tap) + tap]
          let others = DotProducts.gathered(row, at: taps, values, count: index)
          let product = values[index] * row[row.endIndex - 1] + 2 * others
          error += values[index] * (product - 2 * block.cross[filter * block.taps.count + tap])
        }
      }
    }
    // NaN stays NaN: nobody takes it for a small error.
    return error < 0 ? 0 : error
  }
}
