package import Covers
package import Tensors

/// Drops weights of one layer and refits the others, in turn, until that no longer pays.
///
/// A round is: importance → cover → refit. Its objective is the cover's time plus the price of what it
/// loses,
///
///     predictedCost + price · E / ‖Y‖²
///
/// and the first round that does not lower the objective ends the search.
package struct LayerRounds: Sendable {
  package struct Options: Hashable, Sendable {
    package var measure = Importance.Measure.optimalBrainSurgeon
    package var refit = Refit.Options()
    package var maximumRounds = 3

    package init(
      measure: Importance.Measure = .optimalBrainSurgeon, refit: Refit.Options = .init(),
      maximumRounds: Int = 3
    ) {
      precondition(maximumRounds >= 1, "\(maximumRounds) rounds")
      self.measure = measure
      self.refit = refit
      self.maximumRounds = maximumRounds
    }
  }

  package struct Round: Sendable {
    /// The cover, with the weights after the refit; its time is ``time``.
    package let cover: Cover
    /// The predicted cost of the cover.
    package let time: Double
    package let weights: FilterWeights
    /// E / ‖Y‖² after dropping, and after the refit.
    package let relativeErrors: (dropped: Double, refitted: Double)
    /// What the round comes to, in the unit of the costs.
    package let objective: Double
    /// The filters without importances or weights of their own, ascending: see ``Importance`` and
    /// ``Refit``.
    package let unsolvedFilters: [Int]
  }

  /// All rounds in order; the last may be worse than the one before.
  package let rounds: [Round]
  /// The round of the least objective.
  package let best: Round

  /// Makes a cover of weights.
  ///
  /// `slotGains` is what a weight at each entry that is zero could win back (row-major, in the unit of
  /// the importances), from the second round on and where slots are filled. λ · gain is to be taken off
  /// the time of the segment's tap.
  package typealias CoverMaker = (
    _ weights: FilterMatrix, _ prices: DropPrices, _ slotGains: [Float]?
  ) throws(HewnError) -> Cover

  /// - Parameters:
  ///   - weights: the layer as it is.
  ///   - price: the time that losing all of the layer's outputs is worth: λ · a_l.
  ///   - makeCover: gives covers whose predicted cost is known.
  /// - Throws: what `makeCover` throws, or `outOfMemory`.
  package init(
    _ weights: FilterWeights, statistics: LayerStatistics, price: Double,
    options: Options = Options(), parts: PartLoop = runInOrder, makeCover: CoverMaker
  ) throws(HewnError) {
    var rounds: [Round] = []
    var current = weights
    var kept: KeptEntries?
    while rounds.count < options.maximumRounds {
      let importance = try Importance(
        options.measure, of: current.matrix, statistics: statistics, kept: kept,
        bias: options.refit.refitsBias ? nil : current.bias, damping: options.refit.damping,
        parts: parts)
      let gains =
        rounds.isEmpty || !options.refit.fillsSlots
        ? nil
        : statistics.slotGains(
          of: current.matrix, bias: options.refit.refitsBias ? nil : current.bias, parts: parts)
      let cover = try makeCover(
        current.matrix, DropPrices(lambda: price, importance: importance.values), gains)
      guard let time = cover.predictedCost else {
        preconditionFailure("a cover without a predicted cost")
      }
      let refit = try Refit(
        cover, bias: current.bias, statistics: statistics, options: options.refit, parts: parts)
      let error = refit.relativeError(statistics)
      let unsolved = Set(importance.unsolvedFilters).union(refit.unsolvedFilters)
      let round = Round(
        cover: cover.replacingWeights(by: refit.weights.matrix), time: time,
        weights: refit.weights,
        relativeErrors: (statistics.relative(refit.errorsBefore.reduce(0, +)), error),
        objective: time + price * error, unsolvedFilters: unsolved.sorted())
      let isBetter = rounds.last.map { round.objective < $0.objective } ?? true
      rounds.append(round)
      if !isBetter { break }
      current = refit.weights
      kept = KeptEntries(cover, fillsSlots: options.refit.fillsSlots)
    }
    self.rounds = rounds
    best = rounds.min { $0.objective < $1.objective } ?? rounds[0]
  }
}
