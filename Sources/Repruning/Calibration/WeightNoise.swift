package import Covers
package import Tensors

/// Noise on a layer's weights whose effect on the layer's outputs is known exactly.
///
/// Every weight w becomes w·(1 ± t) with a random sign, so that zeros stay, and with them the kernels that a
/// pruned layer has. Where the bias may change it takes up the mean of the residual, as a refit's would.
/// The error of the layer is then t² times that for t = 1, because the weights of the unchanged network
/// have none. t is at most 1: beyond, weights would change more than by being dropped.
package struct WeightNoise: Sendable {
  /// The layer with noise.
  package struct Result: Sendable {
    package let weights: [FilterWeights]
    /// E / ‖Y‖² of these weights over all groups.
    package let relativeError: Double
  }

  private let original: [FilterWeights]
  private let statistics: [LayerStatistics]
  private let changesBias: Bool
  /// 1 or −1 for each weight of each group.
  private let signs: [[Float]]

  /// - Parameter statistics: of the unchanged network.
  package init(
    _ original: [FilterWeights], statistics: [LayerStatistics], changesBias: Bool,
    generator: inout SplitMix64
  ) {
    precondition(original.count == statistics.count, "statistics of \(statistics.count) groups")
    self.original = original
    self.statistics = statistics
    self.changesBias = changesBias
    var signs: [[Float]] = []
    for group in original {
      signs.append(group.matrix.values.map { _ in generator.next() >> 63 == 0 ? 1 : -1 })
    }
    self.signs = signs
  }

  /// The layer with an error, up to the rounding of weights, or with less where t would be above 1.
  ///
  /// - Returns: `nil` where noise does not change the outputs.
  /// - Throws: `invalidFile` where weights would become infinite.
  package func weights(
    relativeError: Double, parts: PartLoop = runInOrder
  ) throws(HewnError) -> Result? {
    let whole = try weights(amplitude: 1, parts)
    guard whole.relativeError > 0, whole.relativeError.isFinite else { return nil }
    if whole.relativeError <= relativeError { return whole }
    let result = try weights(
      amplitude: (relativeError / whole.relativeError).squareRoot(), parts)
    return result.relativeError > 0 ? result : nil
  }

  private func weights(amplitude: Double, _ parts: PartLoop) throws(HewnError) -> Result {
    var noisy: [FilterWeights] = []
    var (error, energy) = (0.0, 0.0)
    for (group, (weights, signs)) in zip(original, signs).enumerated() {
      let matrix = try FilterMatrix(
        rows: weights.matrix.rows, taps: weights.matrix.taps,
        values: zip(weights.matrix.values, signs).map {
          Float(Double($0) * (1 + amplitude * Double($1)))
        })
      let statistics = statistics[group]
      let bias =
        changesBias ? statistics.bestBias(of: matrix).map { Float($0) } : weights.bias
      noisy.append(FilterWeights(matrix: matrix, bias: bias))
      error += statistics.errors(of: noisy[group], parts: parts).reduce(0, +)
      energy += statistics.outputSquare
    }
    return Result(weights: noisy, relativeError: error == 0 ? 0 : error / energy)
  }
}
