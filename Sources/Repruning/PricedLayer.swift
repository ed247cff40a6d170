package import Covers

/// A layer with what its time and its errors cost.
///
/// The relative error of a layer of several filter matrices, such as a convolution in groups, is
/// Σ E / Σ ‖Y‖² over them. Without calibration data it is ‖W − W₀‖² / ‖W₀‖², which the relative error is
/// if inputs are uncorrelated and of equal power.
package struct PricedLayer: Sendable {
  /// One filter matrix.
  package struct Part: Sendable {
    /// As they are before anything is dropped.
    package let weights: FilterWeights
    /// What calibration data say; nil where there are none.
    package let statistics: LayerStatistics?

    package init(weights: FilterWeights, statistics: LayerStatistics? = nil) {
      let (rows, taps) = (weights.matrix.rows, weights.matrix.taps)
      precondition(weights.bias.count == rows, "\(weights.bias.count) biases for \(rows) filters")
      if let statistics {
        precondition(
          statistics.rows == rows && statistics.taps == taps, "statistics of another layer")
      }
      self.weights = weights
      self.statistics = statistics
    }

    /// ‖Y‖², or ‖W₀‖² without statistics.
    fileprivate var energy: Double {
      statistics?.outputSquare ?? weights.matrix.values.reduce(0) { $0 + Double($1) * Double($1) }
    }

    /// E with other weights, or ‖W − W₀‖² without statistics.
    func error(of other: FilterWeights) -> Double {
      if let statistics { return statistics.errors(of: other).reduce(0, +) }
      return zip(weights.matrix.values, other.matrix.values).reduce(0) {
        let difference = Double($1.0) - Double($1.1)
        return $0 + difference * difference
      }
    }
  }

  package let name: String
  package let parts: [Part]
  /// What rounds go by.
  package let costs: LayerCosts
  /// What covers of the layer as it is cost.
  package let exactCosts: CoverCosts
  /// a_l, the network's loss for one unit of the layer's relative error; 1 for all layers without calibration
  /// data (``LossUnit/assumed``).
  package let lossPerError: Double
  /// Whether the layer has a bias that may change (``PrunableLayer/mayChangeBias``).
  package let adaptsBias: Bool
  /// The part of the layer's energy that is in each filter matrix; zero where there is none at all.
  package let shares: [Double]
  /// Σ ‖Y‖², or Σ ‖W₀‖².
  let energy: Double

  /// - Parameter exactCosts: `nil` where they are those of rounds.
  /// - Precondition: all parts have statistics or none has; `lossPerError` is finite and not negative.
  package init(
    name: String, parts: [Part], costs: LayerCosts, exactCosts: CoverCosts? = nil,
    lossPerError: Double, adaptsBias: Bool
  ) {
    precondition(lossPerError >= 0 && lossPerError.isFinite, "a loss of \(lossPerError)")
    precondition(
      parts.allSatisfy { ($0.statistics == nil) == (parts.first?.statistics == nil) },
      "statistics for some filter matrices of a layer only")
    self.name = name
    self.parts = parts
    self.costs = costs
    self.exactCosts = exactCosts ?? costs.covers
    self.lossPerError = lossPerError
    self.adaptsBias = adaptsBias
    let energies = parts.map(\.energy)
    let energy = energies.reduce(0, +)
    self.energy = energy
    shares = energies.map { energy > 0 ? $0 / energy : 0 }
  }

  /// The weights that are not zero.
  package var nonZeroCount: Int { parts.reduce(0) { $0 + $1.weights.matrix.nonZeroCount } }

  package var isCalibrated: Bool { parts.allSatisfy { $0.statistics != nil } }

  /// The relative error of the layer with other weights.
  package func relativeError(of weights: [FilterWeights]) -> Double {
    relative(zip(parts, weights).reduce(0) { $0 + $1.0.error(of: $1.1) })
  }

  /// A sum of errors as a part of the layer's energy.
  ///
  /// Zero where the original layer has no outputs: they are then no measure of anything.
  func relative(_ error: Double) -> Double { energy > 0 ? error / energy : 0 }
}
