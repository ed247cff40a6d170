internal import Covers
package import Tensors

extension StatisticsAccumulator {
  /// The part of a tap's squares below which its variance is rounding.
  private static let leastVariance = 1e-13

  /// Moves the sums to their means (see ``LayerStatistics``).
  ///
  /// - Throws: `failedCheck` without positions, and where inputs or outputs were NaN or infinite.
  package consuming func finish() throws(HewnError) -> LayerStatistics {
    guard positionCount > 0 else {
      throw HewnError(.failedCheck, "no calibration data reached this layer")
    }
    let hasFiniteSquares = grams.allSatisfy { gram in
      (0..<gram.count).allSatisfy { gram[$0, $0].isFinite }
    }
    guard hasFiniteSquares, outputSquares.allSatisfy(\.isFinite),
      inputSums.allSatisfy(\.isFinite)
    else {
      throw HewnError(
        .failedCheck,
        "the layer's inputs or outputs are not finite on the calibration data;"
          + " leave out the images concerned")
    }
    let n = Double(positionCount)
    let inputMeans = inputSums.map { $0 / n }
    let outputMeans = outputSums.map { $0 / n }
    let targetMeans =
      blocks.ranges.count > 1
      ? residualMeans(inputMeans: inputMeans, outputMeans: outputMeans) : outputMeans
    var targetSquares = zip(
      blocks.ranges.count > 1 ? residualSquares : outputSquares, targetMeans
    ).map { max(0, $0 - n * $1 * $1) }
    for (block, taps) in blocks.ranges.enumerated() {
      centre(block, means: Array(inputMeans[taps]), targetMeans: targetMeans, n: n)
    }
    if blocks.ranges.count > 1 { shareOutputs(targetSquares: &targetSquares) }
    return LayerStatistics(
      original: original, positionCount: positionCount, inputMeans: inputMeans,
      outputMeans: outputMeans, outputSquares: outputSquares,
      outputSquare: outputSquares.reduce(0, +), targetSquares: targetSquares,
      blocks: zip(blocks.ranges, zip(grams, crosses)).map {
        LayerStatistics.Block(taps: $0, gram: $1.0, cross: $1.1)
      })
  }

  private func residualMeans(inputMeans: [Double], outputMeans: [Double]) -> [Double] {
    (0..<original.rows).map { row in
      (0..<original.taps).reduce(outputMeans[row]) {
        $0 - Double(original[row, $1]) * inputMeans[$1]
      }
    }
  }

  /// Subtracts n · (product of means) from a block's sums. The sums of a tap whose inputs are all the
  /// same become exact zeros.
  private mutating func centre(_ block: Int, means: [Double], targetMeans: [Double], n: Double) {
    let raw = means.indices.map { grams[block][$0, $0] }
    grams[block].addSquare(of: means, weight: -n)
    for row in targetMeans.indices {
      for tap in means.indices {
        crosses[block][row * means.count + tap] -= n * targetMeans[row] * means[tap]
      }
    }
    for tap in means.indices where grams[block][tap, tap] <= raw[tap] * Self.leastVariance {
      for other in means.indices { grams[block][tap, other] = 0 }
      for row in targetMeans.indices { crosses[block][row * means.count + tap] = 0 }
    }
  }

  /// Gives each block its share of the outputs: T_b = W₀,bX̂_b + R / (number of blocks).
  ///
  /// Before, crosses hold R X̂ᵀ and `targetSquares` ‖R‖²; after, T_bX̂_bᵀ and Σ_b ‖T_b‖².
  private mutating func shareOutputs(targetSquares: inout [Double]) {
    let share = 1 / Double(blocks.ranges.count)
    for row in targetSquares.indices { targetSquares[row] *= share }
    for (block, taps) in blocks.ranges.enumerated() {
      let weights = (0..<original.rows).flatMap { row in
        taps.map { Double(original[row, $0]) }
      }
      let products = grams[block].product(fromLeft: weights, rowCount: original.rows)
      for row in targetSquares.indices {
        for index in row * taps.count..<(row + 1) * taps.count {
          let residual = share * crosses[block][index]
          targetSquares[row] += weights[index] * (2 * residual + products[index])
          crosses[block][index] = residual + products[index]
        }
      }
    }
  }
}
