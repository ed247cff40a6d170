import Foundation
import Hewn
import HewnCLI
import TestSupport
import Testing

/// `hewn evaluate --against` on sets and networks made in the test.
@Suite struct EvaluateAgainstTests {
  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    // Class 0 begins at values of 127.5 and of 11.5.
    try workspace.write(TinyModel.brightness, to: "model.onnx")
    try workspace.write(TinyModel.brightness(threshold: 0.045), to: "other.onnx")
    try workspace.write(TinyModel.picture(gain: 0.875), to: "darker.onnx")
    try workspace.write(TinyModel.picture(gain: 1), to: "same.onnx")
  }

  private func evaluate(
    _ model: String, against other: String, _ images: String, _ options: String...
  ) -> Captured {
    Captured.run(
      ["evaluate", workspace.file(model), "--against", workspace.file(other), "--images", images]
        + ["--device", "reference", "--threads", "2", "--preprocess", "unit", "--channels", "gray"]
        + options)
  }

  private func entry(_ name: String, _ value: UInt8, size: Int = 1) -> TinyZIP.Entry {
    TinyZIP.Entry(
      name,
      TinyPNG.bytes(
        width: size, height: size, channels: 1,
        samples: (0..<(size * size)).map { value &+ UInt8($0) }))
  }

  private func write(_ entries: [TinyZIP.Entry], to name: String) throws -> String {
    try workspace.write(TinyZIP(entries).bytes, to: name)
    return workspace.file(name)
  }

  /// Five pictures of class 0 and four of class 1. Both models are right about 200, 255, 140 and 0, the first
  /// alone about 100 and 50, the other alone about 20, none about 3 and 129.
  private func labelled() throws -> String {
    let bright = [200, 255, 140, 20, 3].enumerated().map { entry("bright/\($0).png", $1) }
    let dark = [0, 100, 129, 50].enumerated().map { entry("dark/\($0).png", $1) }
    return try write(bright + dark, to: "set.zip")
  }

  /// Pictures of 2 × 2 without labels.
  private func unlabelled() throws -> String {
    try write([10, 100, 200].map { entry("\($0).png", $0, size: 2) }, to: "pictures.zip")
  }

  /// A report without what differs from run to run.
  private func report(_ captured: Captured) throws -> PairedEvaluationReport {
    #expect(captured.status == 0, "\(captured.errors)")
    var report = try JSONDecoder().decode(
      PairedEvaluationReport.self, from: Data(captured.output.utf8))
    #expect((report.seconds ?? 0) > 0 && (report.millisecondsPerImage ?? -1) >= 0)
    #expect((report.other.millisecondsPerImage ?? -1) >= 0)
    report.hewnVersion = "1.2.3"
    report.seconds = 1.5
    report.millisecondsPerImage = 0.25
    report.other.millisecondsPerImage = 0.5
    return report
  }

  @Test(arguments: ["1", "4", "9", "50"]) func countsInBatches(_ batch: String) throws {
    let result = evaluate(
      "model.onnx", against: "other.onnx", try labelled(), "--batch", batch, "--json")
    #expect(result.errors.isEmpty, "\(result.errors)")
    let report = try report(result)
    let top1 = try #require(report.accuracy?.top1)
    #expect(top1.bothCount == 4 && top1.neitherCount == 2)
    #expect(top1.modelOnlyCount == 2 && top1.otherOnlyCount == 1)
    #expect(top1.model == Proportion(count: 6, of: 9) && top1.mcnemarP == 1)
    #expect(top1.differencePoints?.mean == 11.1111)
    // Both models choose the same class for all but 100, 50, 20.
    #expect(report.outputs["scores"]?.top1Agreement?.mean == 0.666_667)
    #expect(report.plan.batch == Int(batch) && report.other.plan.batch == Int(batch))
  }

  @Test func printsAccuracyAndFidelity() throws {
    let images = try labelled()
    let report = try report(evaluate("model.onnx", against: "other.onnx", images, "--json"))
    try Snapshot.expect(try report.json() + "\n", equals: "evaluate-against.json")
    let text = ReportText.evaluate(report, Style(isColored: false))
    try Snapshot.expect(text + "\n", equals: "evaluate-against.txt")
    // The tool prints the same but for times and the version.
    let printed = evaluate("model.onnx", against: "other.onnx", images)
    let timeless = { (text: String) in
      text.replacing(/hewn [^,]*,/, with: "hewn,").split(separator: "\n")
        .filter { !$0.contains("ms per image") }
    }
    #expect(timeless(printed.output) == timeless(text))
  }

  @Test func printsPicturesWithoutLabels() throws {
    let images = try unlabelled()
    func text(_ result: Captured) throws -> String {
      var report = try report(result)
      // The folder of the test has another name each time.
      report.noAccuracyReason = report.noAccuracyReason?.replacing(workspace.path + "/", with: "")
      return ReportText.evaluate(report, Style(isColored: false)) + "\n"
    }
    try Snapshot.expect(
      try text(evaluate("darker.onnx", against: "same.onnx", images, "--peak", "1", "--json")),
      equals: "evaluate-against-pictures.txt")
    try Snapshot.expect(
      try text(evaluate("darker.onnx", against: "darker.onnx", images, "--json")),
      equals: "evaluate-against-itself.txt")
  }

  @Test func leavesOutLabelsThatFoldersDoNotGive() throws {
    let folders = try write(
      [entry("a/1.png", 1), entry("b/2.png", 200), entry("c/3.png", 3)], to: "folders.zip")
    let result = evaluate("model.onnx", against: "other.onnx", folders, "--json")
    let report = try report(result)
    #expect(report.accuracy == nil)
    #expect(report.noAccuracyReason?.contains("3 folders for the 2 classes") == true)
    #expect(report.outputs["scores"]?.top1Agreement?.mean == 1)
  }

  /// By squares nothing is a class, whatever folders and labels say.
  @Test func comparesBySquares() throws {
    let three = [entry("a/1.png", 1), entry("b/2.png", 200), entry("c/3.png", 3)]
    for images in [try labelled(), try write(three, to: "three.zip")] {
      let result = evaluate(
        "model.onnx", against: "other.onnx", images, "--loss", "squares", "--json")
      let report = try report(result)
      #expect(report.accuracy == nil && report.noAccuracyReason?.contains("by squares") == true)
      let scores = try #require(report.outputs["scores"])
      #expect(scores.top1Agreement == nil && scores.divergence == nil)
      #expect((scores.relativeSquares ?? 0) > 0)
    }
    let text = evaluate("model.onnx", against: "other.onnx", try labelled(), "--loss", "squares")
    #expect(text.output.contains("squared error, relative"), "\(text.output)")
    #expect(!text.output.contains("top-1"), "\(text.output)")
  }

  @Test func comparesPlanFiles() throws {
    let images = try labelled()
    let plan = workspace.file("model.hewn")
    let compiled = Captured.run([
      "compile", workspace.file("model.onnx"), "-o", plan, "--batch", "4", "--threads", "2",
    ])
    #expect(compiled.status == 0, "\(compiled.errors)")
    let result = Captured.run([
      "evaluate", workspace.file("model.onnx"), "--against", plan, "--images", images, "--json",
      "--preprocess", "unit", "--channels", "gray", "--threads", "2",
    ])
    let report = try report(result)
    #expect(report.other.model.planFile == "model.hewn" && report.model.planFile == nil)
    #expect(report.plan.batch == 4, "the plan file's, as the model leaves it free")
    #expect(report.accuracy?.top1.differencePoints == Estimate(mean: 0, lower: 0, upper: 0))
  }

  @Test func explainsWhatDoesNotFit() throws {
    let model = workspace.file("model.onnx")
    let other = workspace.file("other.onnx")
    let images = try labelled()
    try workspace.write(TinyModel.sum, to: "sum.onnx")
    try workspace.write(Array("7 bright/0.png\n".utf8), to: "labels.txt")
    let cases: [([String], Int32, String)] = [
      (["--against", workspace.file("none.onnx")], 5, "none.onnx"),
      (["--against", images], 3, "set.zip"),
      (["--against", workspace.model], 2, "tiny.onnx N×3"),
      (
        ["--against", workspace.file("same.onnx")], 2,
        "model.onnx are N×1×1×1, those of same.onnx N×1×2×2"
      ),
      (["--against", workspace.file("sum.onnx")], 2, "exactly one float32 input"),
      (["--against", other, "--output", "z"], 2, "no output \"z\""),
      (["--against", other, "--labels", workspace.file("labels.txt")], 2, "has label 7"),
      (["--peak", "1"], 2, "--peak needs --against"),
      (["--against", other, "--peak", "0"], 2, "--peak must be"),
      (["--against", other, "--peak", "inf"], 2, "--peak must be"),
      (["--loss", "squares"], 2, "--loss needs --against"),
      (["--against", other, "--loss", "more"], 2, "--loss"),
      (
        ["--against", other, "--loss", "squares", "--output", "scores"], 2,
        "--output names class scores"
      ),
    ]
    for (arguments, status, words) in cases {
      let result = Captured.run(
        ["evaluate", model, "--images", images, "--device", "reference", "--channels", "gray"]
          + arguments)
      #expect(result.status == status, "\(arguments): \(result)")
      #expect(result.errors.contains(words), "\(arguments): \(result.errors)")
      #expect(result.output.isEmpty)
    }
    // One model alone still needs labels.
    let alone = Captured.run(
      [
        "evaluate", workspace.file("same.onnx"), "--images", try unlabelled(), "--device",
        "reference",
      ]
        + ["--channels", "gray", "--output", "scores"])
    #expect(alone.status == 2 && alone.errors.contains("--labels FILE"), "\(alone.errors)")
  }
}
