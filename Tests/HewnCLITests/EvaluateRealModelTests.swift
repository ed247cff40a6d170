import Foundation
import Hewn
import TestSupport
import Testing

/// Real networks against their own export as plain ONNX.
@Suite struct EvaluateRealModelTests {
  static let folder: String? = {
    let folder = ProcessInfo.processInfo.environment["HEWN_DATA"]
    if folder == nil { print("EvaluateRealModelTests skipped: HEWN_DATA is not set") }
    return folder
  }()

  private static let hint: Comment = "set HEWN_DATA to the folder that holds models/ and images/"

  /// The report of a model of the data folder and its export.
  private func report(
    _ model: String, _ images: String, _ options: [String]
  ) throws -> PairedEvaluationReport {
    let folder = try #require(Self.folder)
    let workspace = try Workspace()
    let file = "\(folder)/models/\(model).onnx"
    let export = Captured.run(["export", file, "-o", workspace.file("export.onnx")])
    #expect(export.status == 0, "\(export.errors)")
    let result = Captured.run(
      ["evaluate", file, "--against", workspace.file("export.onnx"), "--json"]
        + ["--images", "\(folder)/images/\(images)"] + options)
    #expect(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(
      PairedEvaluationReport.self, from: Data(result.output.utf8))
  }

  @Test(.enabled(if: folder != nil, hint)) func findsNoDifferenceInAnExport() throws {
    let report = try report(
      "squeezenet-v1.0-pruned", "imagenet-sample-1000.zip",
      ["--preprocess", "caffe", "--limit", "12", "--batch", "4"])
    let nothing = Estimate(mean: 0, lower: 0, upper: 0)
    let accuracy = try #require(report.accuracy)
    #expect(accuracy.classCount == 1000 && report.images.count == 12)
    #expect(accuracy.top1.differencePoints == nothing && accuracy.top1.bothCount >= 5)
    #expect(accuracy.top5?.differencePoints == nothing)
    let output = try #require(report.outputs[accuracy.output])
    // The network ends with a softmax.
    #expect(output.divergence?.modelSoftmax == false && output.divergence?.otherSoftmax == false)
    #expect(output.divergence?.nats == nothing && output.maxRelative == 0)
    #expect(output.top1Agreement == Estimate(mean: 1, lower: 1, upper: 1))
  }

  @Test(.enabled(if: folder != nil, hint)) func comparesEveryOutput() throws {
    let report = try report(
      "hand-landmark-pruned", "photos", ["--preprocess", "unit", "--resize", "224x224"])
    #expect(report.accuracy == nil && report.noAccuracyReason?.contains("no label") == true)
    #expect(report.outputs.count == report.plan.outputs.count && report.outputs.count > 1)
    for (name, output) in report.outputs { #expect(output.maxRelative == 0, "\(name)") }
  }

  @Test(.enabled(if: folder != nil, hint)) func recognisesPicturesOfADenoiser() throws {
    let report = try report(
      "dncnn-gray25", "set12",
      ["--preprocess", "unit", "--channels", "gray", "--resize", "48x48", "--limit", "3"])
    let psnr = try #require(report.outputs.values.first?.psnr)
    #expect(psnr.identicalCount == 3 && psnr.decibels == nil && psnr.peak > 0.5)
  }
}
