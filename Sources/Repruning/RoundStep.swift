internal import Covers
internal import Tensors

/// One round of ``LayerRounds``.
struct RoundStep {
  let layer: PricedLayer
  let price: Double
  let options: LayerRounds.Options
  let parts: PartLoop

  /// Drops weights by their importances, and compensates for them.
  func round(
    from current: [FilterWeights], importances: [Importance], gains: [[Float]]?
  ) throws(HewnError) -> LayerRounds.Round {
    let priced = current.indices.map { index in
      let lambda = min(price * layer.shares[index], .greatestFiniteMagnitude)
      let prices = DropPrices(
        lambda: lambda, importance: importances[index].values, slotGains: gains?[index])
      return (matrix: current[index].matrix, prices: prices)
    }
    let pruning = LayerPruning.searched(priced, costs: layer.costs, search: options.search)
    var results: [Compensated] = []
    for (index, cover) in pruning.covers.enumerated() {
      results.append(try compensated(cover, bias: current[index].bias, layer.parts[index]))
    }
    return LayerRounds.Round(
      covers: zip(pruning.covers, results).map {
        $0.replacingWeights(by: $1.weights.matrix, costs: layer.costs.covers)
      },
      weights: results.map(\.weights), time: pruning.time,
      relativeErrors: (
        layer.relative(results.reduce(0) { $0 + $1.errors.dropped }),
        layer.relative(results.reduce(0) { $0 + $1.errors.compensated })
      ),
      usesGains: gains != nil,
      unsolvedFilters: zip(importances, results).map {
        Set($0.unsolvedFilters).union($1.unsolvedFilters).sorted()
      })
  }

  /// The importances of the weights that a round leaves.
  func importances(after round: LayerRounds.Round) throws(HewnError) -> [Importance] {
    let fillsSlots = options.compensation == .refitAndSlots
    return try layer.importances(
      of: round.weights, kept: round.covers.map { KeptEntries($0, fillsSlots: fillsSlots) },
      options: options, parts: parts)
  }

  /// What slots could win back with the weights that a round leaves.
  func slotGains(after round: LayerRounds.Round) -> [[Float]]? {
    var gains: [[Float]] = []
    for (part, weights) in zip(layer.parts, round.weights) {
      guard let statistics = part.statistics else { return nil }
      gains.append(
        statistics.slotGains(
          of: weights.matrix, bias: layer.adaptsBias ? nil : weights.bias, parts: parts))
    }
    return gains
  }

  /// The weights of one filter matrix after compensation.
  private struct Compensated {
    let weights: FilterWeights
    /// After dropping, and after compensation.
    let errors: (dropped: Double, compensated: Double)
    /// The filters that have no weights of their own.
    var unsolvedFilters: [Int] = []
  }

  private func compensated(
    _ cover: Cover, bias: [Float], _ part: PricedLayer.Part
  ) throws(HewnError) -> Compensated {
    let dropped = FilterWeights(matrix: cover.multipliedOut(), bias: bias)
    if let statistics = part.statistics, options.compensation.changesWeights {
      let refit = try Refit(
        cover, bias: bias, statistics: statistics,
        options: Refit.Options(
          damping: options.damping, fillsSlots: options.compensation == .refitAndSlots,
          refitsBias: layer.adaptsBias), parts: parts)
      return Compensated(
        weights: refit.weights,
        errors: (refit.errorsBefore.reduce(0, +), refit.errorsAfter.reduce(0, +)),
        unsolvedFilters: refit.unsolvedFilters)
    }
    let error = part.error(of: dropped)
    guard let statistics = part.statistics, options.compensation == .bias, layer.adaptsBias else {
      return Compensated(weights: dropped, errors: (error, error))
    }
    let weights = FilterWeights(
      matrix: dropped.matrix, bias: statistics.bestBias(of: dropped.matrix).map { Float($0) })
    return Compensated(weights: weights, errors: (error, part.error(of: weights)))
  }
}
