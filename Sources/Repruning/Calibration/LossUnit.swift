/// a_l: what the network's loss rises by, for one unit of a layer's relative error E / ‖Y‖².
///
/// Times it, errors of layers are comparable. It is taken at a small error, where the loss is nearly
/// linear in the error.
package struct LossUnit: Hashable, Sendable {
  /// a_l.
  package let value: Double
  /// What each draw of the noise gives; ``value`` is their mean. None where nothing was measured.
  package let draws: [Double]

  init(draws: [Double]) {
    precondition(!draws.isEmpty, "no draws")
    value = draws.reduce(0, +) / Double(draws.count)
    self.draws = draws
  }

  private init(assumed value: Double) {
    self.value = value
    draws = []
  }

  /// What was found before.
  package init(restoring value: Double, draws: [Double]) {
    (self.value, self.draws) = (value, draws)
  }

  /// 1: without calibration data all layers count alike.
  package static let assumed = LossUnit(assumed: 1)
  /// 0, of a layer that no noise changes the outputs of: all weights or all inputs are zero.
  package static let zero = LossUnit(assumed: 0)

  /// The standard deviation of the draws over their mean; 0 for a single draw.
  package var relativeSpread: Double {
    guard draws.count > 1, value > 0 else { return 0 }
    let squares = draws.reduce(0) { $0 + ($1 - value) * ($1 - value) }
    return (squares / Double(draws.count - 1)).squareRoot() / value
  }
}
