package import Covers
package import Tensors

/// A layer whose kept weights are solved for, so that its outputs stay what they were.
///
/// The weights of filter i on its kept taps S are
///
///     w_S = (Ĥ_SS + δI)⁻¹ (B_{i,S} + δ w₀,S)
///
/// and the bias leaves no mean residual. Taps that filters share are factored once (``SharedTaps``).
/// A filter takes the new weights and bias only where, rounded to single precision, they do not raise
/// its error.
package struct Refit: Sendable {
  package struct Options: Hashable, Sendable {
    package var damping = Damping()
    /// Whether filled slots get weights.
    package var fillsSlots = false
    /// Whether the bias is found together with the weights; otherwise it stays.
    package var refitsBias = true

    package init(damping: Damping = Damping(), fillsSlots: Bool = false, refitsBias: Bool = true) {
      self.damping = damping
      self.fillsSlots = fillsSlots
      self.refitsBias = refitsBias
    }
  }

  package let weights: FilterWeights
  /// The error of each filter with the cover's weights and the old bias.
  package let errorsBefore: [Double]
  /// The error of each filter now, at most that before.
  package let errorsAfter: [Double]
  /// The filters that could not be solved for, ascending. In the block of taps concerned they have
  /// their old weights.
  package let unsolvedFilters: [Int]

  /// Refits the weights of a cover.
  ///
  /// - Parameters:
  ///   - cover: its weights are those before the refit.
  ///   - bias: the biases before the refit.
  /// - Throws: `outOfMemory`.
  /// - Complexity: for each node of ``SharedTaps`` with m taps below s others, m·s² + m²·s + m³/3 FLOP;
  ///   4 · |S|² for each filter.
  package init(
    _ cover: Cover, bias: [Float], statistics: LayerStatistics, options: Options = Options(),
    parts: PartLoop = runInOrder
  ) throws(HewnError) {
    precondition(
      cover.rows == statistics.rows && cover.taps == statistics.taps && bias.count == cover.rows,
      "a cover of \(cover.rows)×\(cover.taps) and \(bias.count) biases")
    let before = FilterWeights(matrix: cover.multipliedOut(), bias: bias)
    let kept = KeptEntries(cover, fillsSlots: options.fillsSlots)
    let (solution, unsolved) = try Self.solution(
      before, kept: kept, statistics: statistics, options: options, parts)
    (weights, errorsBefore, errorsAfter) = try Self.better(
      before, solution, statistics, refitsBias: options.refitsBias, parts)
    unsolvedFilters = unsolved
  }
}
