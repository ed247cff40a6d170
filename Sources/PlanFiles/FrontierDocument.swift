internal import Repruning
internal import Tensors

/// What the metadata of a ``FrontierFile`` hold, in JSON: everything but the tensors.
struct FrontierDocument: Codable {
  var unit: LossUnitDocument
  /// The layer as it is.
  var own: LayerPlan.Record
  var plans: [LayerPlan.Record]

  init(_ frontier: LayerFrontier, _ unit: LossUnit) {
    self.unit = LossUnitDocument(unit)
    own = frontier.unchanged.record
    plans = frontier.plans.map(\.record)
  }
}

/// A `LossUnit`.
struct LossUnitDocument: Codable {
  var value: Double
  var draws: [Double]

  init(_ unit: LossUnit) {
    (value, draws) = (unit.value, unit.draws)
  }

  /// - Throws: `invalidFile`.
  func restored() throws(HewnError) -> LossUnit {
    guard ([value] + draws).allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw HewnError(.invalidFile, "a unit of loss of \(value) from \(draws)")
    }
    return LossUnit(restoring: value, draws: draws)
  }
}
