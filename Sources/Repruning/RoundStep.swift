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
    var (weights, unsolved): ([FilterWeights], [[Int]]) = ([], [])
    var errors = (dropped: 0.0, refitted: 0.0)
    for (index, cover) in pruning.covers.enumerated() {
      guard let statistics = layer.parts[index].statistics else {
        weights.append(FilterWeights(matrix: cover.multipliedOut(), bias: current[index].bias))
        unsolved.append([])
        let error = layer.parts[index].error(of: weights[index])
        errors = (errors.dropped + error, errors.refitted + error)
        continue
      }
      let filters = try CompensatedFilters(
        cover, bias: current[index].bias, statistics: statistics, options: options,
        adaptsBias: layer.adaptsBias, parts: parts)
      weights.append(filters.weights)
      unsolved.append(filters.unsolvedFilters)
      errors = (errors.dropped + filters.errors.before, errors.refitted + filters.errors.after)
    }
    return LayerRounds.Round(
      covers: zip(pruning.covers, weights).map {
        $0.replacingWeights(by: $1.matrix, costs: layer.costs.covers)
      },
      weights: weights, time: pruning.time,
      relativeErrors: (layer.relative(errors.dropped), layer.relative(errors.refitted)),
      usesGains: gains != nil,
      unsolvedFilters: zip(importances, unsolved).map {
        Set($0.unsolvedFilters).union($1).sorted()
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
}
