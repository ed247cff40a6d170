package import Covers
package import Tensors

/// Drops weights of one layer and compensates for them, in turn, until that no longer pays.
///
/// A round is: importances → covers → refit. Its objective is the time of the layer plus the price of
/// what it loses,
///
///     max(floor, f + Σ covers) + price · E / ‖Y‖²
///
/// and the first round that does not lower the objective ends the rounds. Where slots are filled, covers of
/// the second round on may take what slots could win back for worth having. Rounds are run with these gains
/// and without, each from the same one on, so gains never make the best one worse.
///
/// Importances change with every weight that is dropped. So it is better to go on from a round of a
/// somewhat greater price than to drop everything at once.
package struct LayerRounds: Sendable {
  package struct Round: Sendable {
    /// The covers, with the weights after compensation.
    package let covers: [Cover]
    /// Of each filter matrix.
    package let weights: [FilterWeights]
    /// The time of the layer.
    package let time: Double
    /// The relative error after dropping, and after compensation.
    package let relativeErrors: (dropped: Double, refitted: Double)
    /// Whether the covers were made with gains of slots.
    package let usesGains: Bool
    /// For each filter matrix the filters without importances or weights of their own, ascending: see
    /// ``Importance`` and ``Refit``.
    package let unsolvedFilters: [[Int]]

    /// What the round comes to, in the unit of the costs.
    package func objective(price: Double) -> Double { time + price * relativeErrors.refitted }
  }

  /// One round from the layer's own weights; those that go on from it, or from an earlier one, with gains; and
  /// the same without. The last of both may be worse than the one before.
  package let rounds: [Round]
  /// The round of the least objective.
  package let best: Round

  /// - Parameters:
  ///   - baseline: that of the layer, with the same options.
  ///   - price: the time that losing all of the layer's outputs is worth: λ · a_l.
  ///   - earlier: one of the same layer at a greater price, to go on from where weights change.
  /// - Throws: `outOfMemory`.
  package init(
    _ layer: PricedLayer, baseline: LayerBaseline, price: Double, options: Options = Options(),
    after earlier: Round? = nil, parts: @escaping PartLoop = runInOrder
  ) throws(HewnError) {
    precondition(price >= 0 && price.isFinite, "a price of \(price)")
    let step = RoundStep(layer: layer, price: price, options: options, parts: parts)
    let first = try step.round(
      from: layer.parts.map(\.weights), importances: baseline.importances, gains: nil)
    var rounds = [first]
    if options.maximumRounds > 1, layer.isCalibrated, options.compensation.changesWeights {
      let start = earlier ?? first
      let importances = try step.importances(after: start)
      for usesGains in options.compensation == .refitAndSlots ? [true, false] : [false] {
        rounds += try Self.rounds(after: start, importances, step, usesGains: usesGains)
      }
    }
    self.rounds = rounds
    best = rounds.dropFirst().reduce(first) {
      $1.objective(price: price) < $0.objective(price: price) ? $1 : $0
    }
  }

  private static func rounds(
    after start: Round, _ importances: [Importance], _ step: RoundStep, usesGains: Bool
  ) throws(HewnError) -> [Round] {
    var (last, importances) = (start, importances)
    var rounds: [Round] = []
    while true {
      let gains = usesGains ? step.slotGains(after: last) : nil
      let next = try step.round(from: last.weights, importances: importances, gains: gains)
      rounds.append(next)
      let isBetter = next.objective(price: step.price) < last.objective(price: step.price)
      guard isBetter, rounds.count + 1 < step.options.maximumRounds else { return rounds }
      last = next
      importances = try step.importances(after: next)
    }
  }
}
