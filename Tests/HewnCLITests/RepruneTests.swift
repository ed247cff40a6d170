import Foundation
import Hewn
import HewnCLI
import TestSupport
import Testing

/// `hewn reprune` as it is called, and what it prints.
@Suite struct RepruneTests {
  @Test(
    arguments: [
      ([], "Give one of --max-accuracy-drop"),
      (["--zeros", "50", "--speedup", "2"], "Give one of --max-accuracy-drop"),
      (["--zeros", "50", "--frontier", "3"], "Give one of --max-accuracy-drop"),
      (["--max-error", "1", "--max-accuracy-drop", "1"], "Give one of --max-accuracy-drop"),
      (["--frontier", "1"], "--frontier must be at least 2"),
      (["--frontier", "3", "-o", "a.onnx"], "--frontier writes no files"),
      (["--frontier", "3", "--masks", "a.masks"], "--frontier writes no files"),
      (["--zeros", "50"], "Give --output FILE, or --dry-run"),
      (["--zeros", "50", "--masks", "a.masks"], "Give --output FILE, or --dry-run"),
      (["--zeros", "50", "--dry-run", "--masks", "a.masks"], "--masks needs --output"),
      (["--zeros", "50", "--dry-run", "--least-height", "3"], "--least-height must be a power"),
      (["--zeros", "50", "--dry-run", "--least-height", "0"], "--least-height must be a power"),
      (["--zeros", "50", "--dry-run", "--least-height=-4"], "--least-height must be a power"),
      (["--zeros", "50", "--dry-run", "--images", "a", "--calibrate", "0"], "--calibrate must be"),
      (["--zeros", "50", "--dry-run", "--images", "a", "--limit", "0"], "--limit must be"),
      (
        ["--zeros", "50", "--dry-run", "--images", "a", "--labels", "b", "--classes", "c"],
        "not both"
      ),
      (["--zeros", "50", "--dry-run", "--labels", "b"], "--labels needs --images"),
      (["--zeros", "50", "--dry-run", "--classes", "b"], "--classes needs --images"),
      (["--zeros", "50", "--dry-run", "--calibrate", "9"], "--calibrate needs --images"),
      (["--zeros", "50", "--dry-run", "--evaluation", "b"], "--evaluation needs --images"),
      (
        ["--zeros", "50", "--dry-run", "--images", "a", "--evaluation-labels", "b"],
        "--evaluation-labels needs --evaluation"
      ),
      (["--zeros", "50", "--dry-run", "--compensation", "more"], "--compensation"),
      (["--zeros", "50", "--dry-run", "--importance", "more"], "--importance"),
      (["--zeros", "half", "--dry-run"], "--zeros"),
      (["--zeros", "50", "--dry-run", "--loss", "squares"], "--loss needs --images"),
      (["--zeros", "50", "--dry-run", "--images", "a", "--loss", "more"], "--loss"),
      (
        ["--max-accuracy-drop", "1", "--dry-run", "--images", "a", "--loss", "squares"],
        "needs an output with class scores"
      ),
      // What only the library knows to be wrong.
      (["--zeros", "nan", "--dry-run"], "nan % of zeros"),
      (["--speedup", "0.5", "--dry-run"], "give 1 to 1000"),
      (["--max-error", "0.1", "--dry-run"], "an error of the outputs needs images"),
      (["--max-accuracy-drop", "1", "--dry-run"], "needs images whose classes are known"),
      (["--zeros", "50", "--dry-run", "--device", "reference"], "has no costs"),
    ] as [([String], String)]) func explainsWrongUsage(arguments: [String], words: String) throws
  {
    let workspace = try Workspace()
    let result = Captured.run(["reprune", workspace.model] + arguments)
    #expect(result.status == 2, "\(result)")
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test func readsOptions() throws {
    let plain = try #require(
      try HewnCommand.parseAsRoot(["reprune", "m.onnx", "--speedup", "1.5", "-o", "o.onnx"])
        as? RepruneCommand)
    let usual = RepruneOptions()
    #expect(plain.budget.budget == .speedup(1.5) && plain.settings.output == "o.onnx")
    #expect(plain.options.compensation == usual.compensation)
    #expect(plain.options.importance == nil && plain.options.leastHeight == usual.leastHeight)
    #expect(!plain.options.prunesDense && plain.options.refitsInOrder)
    #expect(plain.options.seed == usual.seed && plain.options.checkpoint == nil)
    #expect(plain.options.loss == nil)

    let other = try #require(
      try HewnCommand.parseAsRoot([
        "reprune", "m.onnx", "--max-error", "0.01", "--dry-run", "--compensation", "bias",
        "--importance", "input-power", "--least-height", "8", "--from-dense", "--independent",
        "--seed", "3", "--checkpoint", "folder", "--batch", "4", "--threads", "2",
        "--images", "set", "--loss", "squares",
      ]) as? RepruneCommand)
    #expect(other.budget.budget == .error(0.01) && other.settings.dryRun)
    #expect(other.options.compensation == .bias && other.options.importance == .inputPower)
    #expect(other.options.leastHeight == 8 && other.options.prunesDense)
    #expect(!other.options.refitsInOrder && other.options.seed == 3)
    #expect(other.options.checkpoint == "folder" && other.options.compile.batch == 4)
    #expect(other.options.compile.threads == 2 && other.options.loss == .squares)
    for (arguments, budget) in [
      (["--max-accuracy-drop", "0.5"], .accuracyDrop(0.5)), (["--zeros", "90"], .zeros(90)),
      (["--frontier", "4"], nil),
    ] as [([String], RepruneBudget?)] {
      let output = budget == nil ? [] : ["-o", "o.onnx"]
      let command = try HewnCommand.parseAsRoot(["reprune", "m.onnx"] + arguments + output)
      #expect((command as? RepruneCommand)?.budget.budget == budget)
    }
  }

  @Test(arguments: [1, 2, 5, 511, 512, 513, 1000], [nil, 1, 4, 300, 5000])
  func splitsImages(count: Int, calibrationCount: Int?) {
    let (fitted, rest) = RepruneCommand.split(count, calibrationCount: calibrationCount, seed: 7)
    #expect(fitted.count == min(count, calibrationCount ?? min(256, (count + 1) / 2)))
    #expect(fitted == fitted.sorted() && rest == rest.sorted())
    #expect((fitted + rest).sorted() == Array(0..<count))
    let again = RepruneCommand.split(count, calibrationCount: calibrationCount, seed: 7)
    #expect(again.fitted == fitted && again.rest == rest)
  }

  @Test func drawsImagesEvenly() {
    var counts = [Int](repeating: 0, count: 20)
    for seed in 0..<2000 {
      for image in RepruneCommand.split(20, calibrationCount: 5, seed: UInt64(seed)).fitted {
        counts[image] += 1
      }
    }
    // 500 expected of each, with a deviation of 19.
    #expect(counts.allSatisfy { (400...600).contains($0) }, "\(counts)")
  }

  @Test func writesAModel() throws {
    let workspace = try Workspace()
    let (output, masks) = (workspace.file("out.onnx"), workspace.file("out.safetensors"))
    let arguments = ["reprune", workspace.model, "--threads", "1", "--zeros", "70"]
    let dry = Captured.run(arguments + ["--dry-run", "-o", output, "--masks", masks])
    #expect(dry.status == 0, "\(dry.errors)")
    #expect(dry.errors.contains("hewn: note: without images"), "\(dry.errors)")
    for words in ["no images: weights are dropped", "classifier", "as it was", "budget met: "] {
      #expect(dry.output.contains(words), "\(words) in \(dry.output)")
    }
    for file in [output, masks] { #expect(!FileManager.default.fileExists(atPath: file)) }
    let done = Captured.run(arguments + ["-o", output, "--masks", masks, "--json"])
    #expect(done.status == 0, "\(done.errors)")
    let report = try JSONDecoder().decode(RepruneReport.self, from: Data(done.output.utf8))
    #expect(report.file == output && report.masks == masks && report.budget?.isMet == true)
    #expect(report.seconds ?? 0 > 0)
    let model = try Model(contentsOf: output)
    #expect(model.summary.name == "tiny")
    #expect(FileManager.default.fileExists(atPath: masks))
  }
}
