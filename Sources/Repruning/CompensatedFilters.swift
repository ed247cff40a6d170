internal import Covers
internal import Tensors

/// The weights of one filter matrix after compensation for those that a cover has not.
struct CompensatedFilters {
  let weights: FilterWeights
  /// With the cover's weights and the old bias, and after compensation.
  let errors: (before: Double, after: Double)
  /// The filters that could not be solved for, ascending.
  let unsolvedFilters: [Int]

  /// - Parameters:
  ///   - bias: the biases before.
  ///   - fillsSlots: whether slots get weights, where ``Compensation/refitAndSlots`` is asked for.
  ///   - adaptsBias: whether the biases may change.
  /// - Throws: `outOfMemory`.
  init(
    _ cover: Cover, bias: [Float], statistics: LayerStatistics, options: LayerRounds.Options,
    fillsSlots: Bool = true, adaptsBias: Bool, parts: PartLoop
  ) throws(HewnError) {
    if options.compensation.changesWeights {
      let refit = try Refit(
        cover, bias: bias, statistics: statistics,
        options: Refit.Options(
          damping: options.damping,
          fillsSlots: fillsSlots && options.compensation == .refitAndSlots,
          refitsBias: adaptsBias), parts: parts)
      weights = refit.weights
      errors = (refit.errorsBefore.reduce(0, +), refit.errorsAfter.reduce(0, +))
      unsolvedFilters = refit.unsolvedFilters
    } else {
      let matrix = cover.multipliedOut()
      var biases = [bias]
      if options.compensation == .bias, adaptsBias {
        biases.append(statistics.bestBias(of: matrix).map { Float($0) })
      }
      let sums = statistics.errors(of: matrix, biases: biases, parts: parts)
        .map { $0.reduce(0, +) }
      weights = FilterWeights(matrix: matrix, bias: biases[biases.count - 1])
      errors = (sums[0], sums[sums.count - 1])
      unsolvedFilters = []
    }
  }
}
