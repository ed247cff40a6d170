package import Covers

/// What is done for a layer whose weights are dropped.
package enum Compensation: String, CaseIterable, Sendable {
  case none
  /// Biases leave no mean residual.
  case bias
  /// Kept weights and biases are solved for.
  case refit
  /// Filled slots get weights too.
  case refitAndSlots = "refit-slots"

  /// Whether weights change, so that another round of drops sees something new.
  var changesWeights: Bool { self == .refit || self == .refitAndSlots }
}

extension LayerRounds {
  package struct Options: Hashable, Sendable {
    /// Of layers with statistics; the others go by magnitudes.
    package var measure = Importance.Measure.optimalBrainSurgeon
    /// Of layers with statistics; the others stay as dropping leaves them.
    package var compensation = Compensation.refitAndSlots
    package var damping = Damping()
    /// How trees are searched. Refining them multiplies the time that a round takes.
    package var search: CoverSearch
    /// The rounds in a row, at most.
    package var maximumRounds: Int

    package init(
      measure: Importance.Measure = .optimalBrainSurgeon,
      compensation: Compensation = .refitAndSlots, search: CoverSearch? = nil,
      maximumRounds: Int = 3
    ) {
      precondition(maximumRounds >= 1, "\(maximumRounds) rounds")
      self.measure = measure
      self.compensation = compensation
      var paired = CoverSearch()
      paired.refinementWork = 0
      self.search = search ?? paired
      self.maximumRounds = maximumRounds
    }
  }
}
