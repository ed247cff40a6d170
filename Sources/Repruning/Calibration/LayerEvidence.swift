package import Covers
package import Tensors

/// What is known of a layer's weights when it is decided which of them go.
package enum LayerEvidence: Sendable {
  /// Calibration data: the statistics of each group, and the layer's unit of loss.
  case calibrated([LayerStatistics], LossUnit)
  /// The weights alone, of each group. Importances are magnitudes, every layer counts alike, and nothing
  /// can be refitted.
  case magnitudes([FilterMatrix])

  package var lossUnit: LossUnit {
    switch self {
    case .calibrated(_, let unit): unit
    case .magnitudes: .assumed
    }
  }

  package var isCalibrated: Bool {
    if case .calibrated = self { true } else { false }
  }

  /// What losing all outputs of a group costs, for each group: λ · a_l · the group's part of the layer's
  /// ‖Y‖², or of ‖W‖² without calibration data.
  ///
  /// Errors and importances of a group are relative to its own outputs, a_l to those of the layer.
  package func prices(lambda: Double) -> [Double] {
    let squares =
      switch self {
      case .calibrated(let groups, _): groups.map(\.outputSquare)
      case .magnitudes(let groups):
        groups.map { $0.values.reduce(0) { $0 + Double($1) * Double($1) } }
      }
    let total = squares.reduce(0, +)
    return squares.map { total > 0 ? lambda * lossUnit.value * $0 / total : 0 }
  }
}
