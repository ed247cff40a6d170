internal import Covers

/// The least squares problem of one block of taps: Ĥw = Bᵢ for each filter i.
///
/// Where the bias is found along with the weights, these are the sums about the means. Where it is
/// kept, they are moved back: Ĥ + n·x̄x̄ᵀ and B + n·t̄x̄ᵀ, with t̄ the mean of the block's target less the
/// bias.
package struct NormalEquations: Sendable {
  package let rows: Int
  /// The block's taps; all other indices count from its first.
  package let taps: Range<Int>
  private let gram: SymmetricMatrix
  private let cross: [Double]
  private let means: [Double]
  /// n where the bias is kept, otherwise 0.
  private let meanWeight: Double
  /// t̄, of each filter.
  private let targetMeans: [Double]

  /// - Parameter bias: the bias that is kept; nil where it is found along with the weights.
  package init(_ statistics: LayerStatistics, block index: Int, bias: [Float]?) {
    let block = statistics.blocks[index]
    rows = statistics.rows
    taps = block.taps
    gram = block.gram
    cross = block.cross
    means = Array(statistics.inputMeans[taps])
    meanWeight = bias == nil ? 0 : Double(statistics.positionCount)
    targetMeans =
      bias.map { bias in
        (0..<statistics.rows).map { row in
          statistics.targetMean(row: row, block: block.taps, bias: Double(bias[row]))
        }
      } ?? [Double](repeating: 0, count: statistics.rows)
  }

  package var count: Int { taps.count }

  /// Ĥ[i, j].
  package func gram(_ i: Int, _ j: Int) -> Double {
    meanWeight == 0 ? gram[i, j] : gram[i, j] + meanWeight * means[i] * means[j]
  }

  /// B[row, j].
  package func cross(_ row: Int, _ j: Int) -> Double {
    cross[row * count + j] + meanWeight * targetMeans[row] * means[j]
  }

  /// What damping is relative to: the mean of Ĥ's diagonal, or 1 where no input varies.
  package var meanSquare: Double {
    let sum = (0..<count).reduce(0) { $0 + gram($1, $1) }
    return sum == 0 ? 1 : sum / Double(count)
  }

  /// B − WĤ, the products of what some filters leave of the outputs with the inputs.
  ///
  /// - Parameter weights: the filters' weights in this block.
  /// - Returns: one row of ``count`` products for each filter of `filters`.
  func residualProducts(_ weights: FilterMatrix, filters: Range<Int>) -> [Double] {
    let w = filters.flatMap { row in taps.map { Double(weights[row, $0]) } }
    var result = gram.product(fromLeft: w, rowCount: filters.count)
    for (index, row) in filters.enumerated() {
      let start = index * count
      let mean =
        meanWeight == 0 ? 0 : (0..<count).reduce(0) { $0 + w[start + $1] * means[$1] }
      for j in 0..<count {
        result[start + j] = cross(row, j) - result[start + j] - meanWeight * mean * means[j]
      }
    }
    return result
  }
}

extension LayerStatistics {
  /// The mean of a block's share of the outputs less the bias.
  fileprivate func targetMean(row: Int, block: Range<Int>, bias: Double) -> Double {
    let all = outputMeans[row] - bias
    guard blocks.count > 1 else { return all }
    func mean(_ taps: Range<Int>) -> Double {
      taps.reduce(0) { $0 + Double(original[row, $1]) * inputMeans[$1] }
    }
    return mean(block) + (all - mean(0..<taps)) / Double(blocks.count)
  }
}
