package import Covers

/// What calibration data say of a layer: all that errors, importances and refits need.
///
/// Sums are about means: with x̄ and ȳ the means over n positions, X̂ here stands for X̂ − x̄1ᵀ and Y
/// for Y − ȳ1ᵀ. The error of weights w and a bias b of filter i is then
///
///     E(w, b) = Σy² − 2⟨w, Bᵢ⟩ + wᵀĤw + n · (ȳᵢ − w·x̄ − b)²        Ĥ = X̂X̂ᵀ, B = Y X̂ᵀ
///
/// of which the last term, and it alone, depends on the bias and vanishes for the best one. So a refit
/// of weights and bias together is a refit of the weights by these sums, which are also far better
/// conditioned: inputs behind a ReLU have means as large as their deviations.
///
/// Where a filter has several blocks of taps, correlations across blocks are unknown. Each block then
/// has its share of the outputs as its target, T_b = W₀,bX̂_b + (Y − W₀X̂) / (number of blocks). Targets
/// add up to Y, and E stands for Σ_b ‖T_b − W_bX̂_b‖²: an estimate of the error that is zero only
/// where the error is, and at least the error over the number of blocks. The term of the bias is exact
/// even then. One block has T = Y.
package struct LayerStatistics: Sendable {
  /// The sums of consecutive taps.
  package struct Block: Sendable {
    package let taps: Range<Int>
    /// Ĥ, k × k.
    package let gram: SymmetricMatrix
    /// B, M × k.
    package let cross: [Double]
  }

  /// W₀, the original weights, M × K.
  package let original: FilterMatrix
  /// n.
  package let positionCount: Int
  /// x̄ (K).
  package let inputMeans: [Double]
  /// ȳ (M), bias included.
  package let outputMeans: [Double]
  /// Σy² (M), not about the mean: the energy that relative errors are relative to.
  package let outputSquares: [Double]
  /// ‖Y‖², the sum of them.
  package let outputSquare: Double
  /// Σ_b ‖T_b‖² about the means (M).
  package let targetSquares: [Double]
  package let blocks: [Block]

  package var rows: Int { original.rows }
  package var taps: Int { original.taps }

  /// The bytes of the sums that grow with the square of the taps, or with taps times filters.
  package var byteCount: Int {
    blocks.reduce(0) { $0 + SymmetricMatrix.byteCount($1.gram.count) + 8 * $1.cross.count }
  }

  /// An error as a part of the outputs: E / ‖Y‖², and 0 where both are.
  package func relative(_ error: Double) -> Double { error == 0 ? 0 : error / outputSquare }
}
