import Covers
import Graphs
import Repruning
import Tensors
import Testing

@Suite struct LayerEvidenceTests {
  @Test func withoutDataLayersCountAlike() throws {
    let matrices = [
      try FilterMatrix(rows: 1, taps: 2, values: [1, 2]),
      try FilterMatrix(rows: 1, taps: 2, values: [0, 5]),
    ]
    let evidence = LayerEvidence.magnitudes(matrices)
    #expect(!evidence.isCalibrated)
    #expect(evidence.lossUnit == .assumed)
    #expect(evidence.prices(lambda: 3) == [0.5, 2.5])
    let nothing = try FilterMatrix(rows: 1, taps: 1, values: [0])
    #expect(LayerEvidence.magnitudes([nothing]).prices(lambda: 3) == [0])
  }

  /// Groups' prices times their relative errors are λ · a_l times that of the layer.
  @Test func groupsShareALayersPrice() throws {
    let network = try CalibrationCase(batch: 1)
    let layer = network.layers[1]
    let calibration = try network.calibration()
    let groups = try calibration.statistics(of: layer, changed: network.graph)
    let unit = try LossProbe(calibration).unit(of: layer, statistics: groups)
    let evidence = LayerEvidence.calibrated(groups, unit)
    #expect(evidence.isCalibrated)
    #expect(evidence.lossUnit == unit)
    let changed = try layer.filterWeights(in: try network.changing(layer))
    let errors = zip(groups, changed).map { $0.errors(of: $1).reduce(0, +) }
    let price = zip(zip(errors, groups), evidence.prices(lambda: 2)).reduce(0) {
      $0 + $1.0.1.relative($1.0.0) * $1.1
    }
    let energy = groups.reduce(0) { $0 + $1.outputSquare }
    let want = 2 * unit.value * errors.reduce(0, +) / energy
    #expect(isClose(price, want, 1e-12, scale: want))
    #expect(want > 0)
  }
}
