import Foundation
import Hewn
import TestSupport
import Testing

/// A report of re-pruning, made by hand: its keys are what scripts rely on.
@Suite struct RepruneReportTests {
  /// The report of ``SampleReports/reprune``.
  static func report() throws -> RepruneReport {
    try JSONDecoder().decode(RepruneReport.self, from: Data(SampleReports.reprune.utf8))
  }

  @Test func jsonOfAllValues() throws {
    let report = try Self.report()
    #expect(try report.json() == SampleReports.reprune)

    #expect(report.schemaVersion == ReportSchema.version && report.hewnVersion == "1.2.3")
    #expect(report.model == Fixtures.model)
    let target = report.target
    #expect(target.device == .cpu && target.instructionSet == "avx2" && target.gpu == nil)
    #expect(target.precision == .f32 && target.costs == Fixtures.plan.costs)
    #expect(target.threads == 2 && target.batch == 8)
    let method = report.method
    #expect(method.compensation == .refitAndSlots && method.importance == .optimalBrainSurgeon)
    #expect(method.leastHeight == 4 && method.prunesDense && !method.refitsInOrder)
    #expect(method.seed == 7 && method.loss == .divergence)
    #expect(report.budget?.kind == "accuracy-drop" && report.budget?.isMet == true)
    #expect(report.budget?.asked == 0.5 && report.budget?.reached == 0.25)
    #expect(report.calibration?.source == "train.zip" && report.calibration?.hasLabels == false)
    #expect(report.evaluation?.source == nil && report.evaluation?.hasLabels == true)
    #expect(report.calibration?.count == 256 && report.evaluation?.count == 400)
    let result = try #require(report.result)
    #expect(result.lambda == 12.5 && result.zeros == 0.875 && result.isInOrder)
    #expect(result.predictedMilliseconds == 1.5 && result.measuredMilliseconds == 1.625)
    #expect(result.networkMilliseconds == 2.25 && result.accuracy == 0.9375)
    #expect(result.predictedLoss == 0.03125 && result.measuredLoss == 0.0625)
    let unchanged = try #require(report.unchanged)
    #expect(unchanged == report.points.first && unchanged.lambda == nil && !unchanged.isInOrder)
    #expect(unchanged.measuredMilliseconds == nil && unchanged.measuredLoss == nil)
    #expect(report.points.count == 2 && report.points.last == result)
    #expect(report.accuracy?.modelOnlyCount == 1 && report.accuracy?.otherOnlyCount == 3)
    let layer = try #require(report.layers.first)
    #expect(layer.name == "conv1" && layer.weights == "conv1.weight" && layer.form == "repruned")
    #expect(layer.filters == 16 && layer.taps == 27)
    #expect(layer.zeroCount == 200 && layer.droppedCount == 90 && layer.filledCount == 4)
    #expect(layer.refittedCount == 138 && layer.unsolvedCount == 1)
    #expect(layer.segments == ["4": 20, "16": 3] && layer.leafCount == 11)
    #expect(layer.lossPerError == 0.5 && layer.relativeError == 0.125)
    #expect(layer.denseMilliseconds == 3 && layer.predictedBefore == 2.5)
    #expect(layer.predictedAfter == 1.5 && layer.measuredBefore == 2.75)
    #expect(layer.measuredAfter == 1.75)
    #expect(report.leftAlone.map(\.name) == ["Conv \"stem\""])
    #expect(report.leftAlone.map(\.reason) == ["it has no zeros"])
    #expect(report.notes == ["a note"] && report.file == "faster.onnx" && report.seconds == 90.5)
    #expect(report.masks == "faster.masks.safetensors")
  }

  /// A frontier has no budget and no result, and a run without images knows little.
  @Test func jsonWithoutValues() throws {
    var report = try Self.report()
    (report.budget, report.result, report.accuracy) = (nil, nil, nil)
    (report.calibration, report.evaluation, report.file, report.masks) = (nil, nil, nil, nil)
    (report.seconds, report.target.costs, report.method.importance) = (nil, nil, nil)
    report.method.loss = nil
    report.layers = []
    let text = try report.json()
    #expect(try JSONDecoder().decode(RepruneReport.self, from: Data(text.utf8)) == report)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    for key in [
      "budget", "result", "accuracy", "calibration", "evaluation", "file", "masks", "seconds",
    ] {
      #expect(json[key] is NSNull, "\(key)")
    }
  }
}
