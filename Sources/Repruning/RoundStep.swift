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
    let dropped = zip(pruning.covers, current).map {
      FilterWeights(matrix: $0.multipliedOut(), bias: $1.bias)
    }
    let (weights, unsolved) = try compensated(dropped, pruning.covers)
    return LayerRounds.Round(
      covers: zip(pruning.covers, weights).map {
        $0.replacingWeights(by: $1.matrix, costs: layer.costs.covers)
      },
      weights: weights, time: pruning.time,
      relativeErrors: (layer.relativeError(of: dropped), layer.relativeError(of: weights)),
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

  /// The weights after compensation, and for each filter matrix the filters that have none of their own.
  private func compensated(
    _ dropped: [FilterWeights], _ covers: [Cover]
  ) throws(HewnError) -> (weights: [FilterWeights], unsolved: [[Int]]) {
    var (weights, unsolved): ([FilterWeights], [[Int]]) = ([], [])
    for (index, before) in dropped.enumerated() {
      let (after, filters) = try compensated(
        before, covers[index], layer.parts[index].statistics)
      weights.append(after)
      unsolved.append(filters)
    }
    return (weights, unsolved)
  }

  private func compensated(
    _ dropped: FilterWeights, _ cover: Cover, _ statistics: LayerStatistics?
  ) throws(HewnError) -> (FilterWeights, [Int]) {
    guard let statistics else { return (dropped, []) }
    switch options.compensation {
    case .none: return (dropped, [])
    case .bias:
      guard layer.adaptsBias else { return (dropped, []) }
      let bias = statistics.bestBias(of: dropped.matrix).map { Float($0) }
      return (FilterWeights(matrix: dropped.matrix, bias: bias), [])
    case .refit, .refitAndSlots:
      let refit = try Refit(
        cover, bias: dropped.bias, statistics: statistics,
        options: Refit.Options(
          damping: options.damping, fillsSlots: options.compensation == .refitAndSlots,
          refitsBias: layer.adaptsBias), parts: parts)
      return (refit.weights, refit.unsolvedFilters)
    }
  }
}
