import Foundation
import Hewn
import Testing

/// How outputs are compared where they are no class scores, although they look like that.
@Suite struct RepruneLossTests {
  let files: RepruneCase

  init() throws { files = try RepruneCase() }

  /// Σ(y − ŷ)² / Σy², by its definition.
  private func squares(_ original: [[Float]], _ changed: [[Float]]) -> Double {
    let pairs = zip(original.joined(), changed.joined()).map { (Double($0), Double($1)) }
    return pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      / pairs.reduce(0) { $0 + $1.0 * $1.0 }
  }

  @Test func squaresDecide() throws {
    let model = try files.model()
    let original = try RepruneCase.scores(of: model)
    // There are no such classes.
    let evaluation = try RepruneCase.images(
      RepruneCase.evaluationCount, seed: 2,
      labels: (0..<RepruneCase.evaluationCount).map { 30 - $0 })
    let repruner = try Repruner(model, RepruneCase.options { $0.loss = .squares })
    #expect(repruner.classOutput == nil)
    var found = try repruner.reprune(
      to: .error(0.02), calibration: RepruneCase.calibration(), evaluation: evaluation)
    let report = found.report
    #expect(report.method.loss == .squares && report.accuracy == nil)
    #expect(report.points.allSatisfy { $0.accuracy == nil } && report.result?.accuracy == nil)
    #expect(report.budget?.isMet == true && report.layers.contains { $0.droppedCount > 0 })
    try found.write(to: files.path("out.onnx"))
    let changed = try RepruneCase.scores(of: Model(contentsOf: files.path("out.onnx")))
    let want = squares(original, changed)
    #expect(want > 0 && want <= 0.02 * 1.001)
    #expect(abs((report.result?.measuredLoss ?? .nan) - want) < 1e-3 * want)
    #expect(
      abs(RepruneCase.divergence(original, changed) - want) > 0.1 * want, "both measures are equal")
  }

  @Test func shapesDecideWithoutAnyAndForDivergences() throws {
    let model = try files.model()
    let evaluation = try RepruneCase.evaluation(labelledBy: model)
    let reports = try [nil, .divergence, .squares].map { (loss: LossMeasure?) in
      let repruner = try Repruner(model, RepruneCase.options { $0.loss = loss })
      #expect(repruner.classOutput?.name == (loss == .squares ? nil : "scores"))
      return try repruner.reprune(
        to: .zeros(80), calibration: RepruneCase.calibration(), evaluation: evaluation
      ).report
    }
    #expect(reports.map(\.method.loss) == [nil, .divergence, .squares])
    #expect(reports[0].result?.measuredLoss == reports[1].result?.measuredLoss)
    #expect(reports[1].accuracy != nil && reports[2].accuracy == nil)
    let units = reports.map { $0.layers.map(\.lossPerError) }
    #expect(units[0] == units[1] && units[0] != units[2])
    #expect(units[2].allSatisfy { $0 > 0 })
  }
}
