import Foundation
import Hewn
import HewnCLI
import TestSupport
import Testing

/// `hewn tune`, and what other commands make of its file.
@Suite struct TuneTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Measures as shortly as can be; the numbers do not matter.
  private func tune(_ arguments: String...) -> Captured {
    Captured.run(["tune", "--duration", "0"] + arguments)
  }

  @Test func writesCostsThatOthersDecideBy() throws {
    let costs = workspace.file("costs.json")
    let result = tune("--costs", costs, "--json")
    // A disturbed machine may give a tap no time; then nothing is written.
    guard result.status == 0 else {
      #expect(result.status == 1 && result.errors.contains("disturbed"), "\(result)")
      return
    }
    let report = try Workspace.json(result.output)
    #expect(report["file"] as? String == costs)
    #expect(report["comparison"] is NSNull)

    for command in ["inspect", "bench", "compile"] {
      var arguments = [command, workspace.model, "--costs", costs]
      if command == "compile" { arguments += ["-o", workspace.file("tiny.hewn")] }
      if command == "bench" { arguments += ["--duration", "0", "--warmup", "0"] }
      let result = Captured.run(arguments)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("tuned on "), "\(result.output)")
      let json = try Workspace.json(Captured.run(arguments + ["--json"]).output)
      let plan = json["plan"] as? [String: Any] ?? json
      #expect((plan["costs"] as? [String: Any])?["source"] as? String == "tuned", "\(command)")
    }
    // The plan keeps them.
    let plan = Captured.run(["inspect", workspace.file("tiny.hewn"), "--costs", "built-in"])
    #expect(plan.output.contains("tuned on "), "\(plan)")
    let builtIn = Captured.run(["inspect", workspace.model, "--costs", "built-in"])
    #expect(builtIn.output.contains("costs built-in "), "\(builtIn)")
  }

  @Test func comparesAModelAndWritesNothing() throws {
    let text = tune(workspace.model, "--dry-run", "--batch", "2", "--threads", "1")
    #expect(text.status == 0, "\(text.errors)")
    for words in ["tap ns", "winograd.product", "tiny.onnx: batch 2", "nothing was written"] {
      #expect(text.output.contains(words), "\(words) in \(text.output)")
    }
  }

  @Test func refusesCostsThatWereAskedForAndAreDamaged() throws {
    try workspace.write(Array("nonsense".utf8), to: "costs.json")
    for (file, status) in [("costs.json", 3), ("missing.json", 5)] as [(String, Int32)] {
      let costs = workspace.file(file)
      let result = Captured.run(["inspect", workspace.model, "--costs", costs])
      #expect(result.status == status, "\(result)")
      #expect(result.errors.contains(costs), "\(result)")
    }
  }

  @Test func showsWhatItCannotKeep() {
    let result = tune("--costs", workspace.file("nowhere/costs.json"))
    #expect(result.status == 5 || result.errors.contains("disturbed"), "\(result.errors)")
    #expect(result.output.contains("nothing was written"))
  }

  @Test(arguments: [
    (["--costs", "built-in"], "--dry-run"), (["--costs", ""], "--costs"),
    (["--device", "reference"], "--device"), (["--batch", "2"], "model"),
    (["--duration", "-1"], "--duration"), (["--duration", "nan"], "--duration"),
  ]) func explainsWrongUsage(arguments: [String], words: String) {
    let result = Captured.run(["tune"] + arguments)
    #expect(result.status == 2, "\(result)")
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test func refusesPlans() {
    let plan = workspace.file("tiny.hewn")
    #expect(Captured.run(["compile", workspace.model, "-o", plan]).status == 0)
    let result = tune(plan, "--dry-run")
    #expect(result.status == 2 && result.errors.contains("give the model"), "\(result)")
  }

  @Test func text() {
    let report = TuneReport(
      hewnVersion: "1.2.3", instructionSet: "avx2", processor: "here",
      date: "2026-01-31T12:00:00Z", durationSeconds: 15, file: "costs.json",
      builtInMachine: "there",
      costs: [
        .init(name: "tap", rows: 2, vectors: 3, nanoseconds: 0.5, builtInNanoseconds: 0.4),
        .init(name: "block", rows: 2, vectors: 3, nanoseconds: 1, builtInNanoseconds: 0),
        .init(name: "finish", nanoseconds: 0.25, builtInNanoseconds: 0.5),
      ],
      comparison: TuneReport.Comparison(
        model: ReportTextTests.model, threads: 2, batch: 16,
        layers: [
          TuneReport.Layer(
            name: "a", op: "Conv", engine: "sparse", builtInEngine: "dense",
            predictedMilliseconds: 0.5, milliseconds: 1, predictedDenseMilliseconds: 2,
            denseMilliseconds: 0.8, isWrongChoice: true)
        ]))
    #expect(
      ReportText.tune(report, ReportTextTests.plain) == """
        hewn 1.2.3, costs of avx2, measured on 2026-01-31 for 15.0 s
        on here; built-in on there

        rows  vectors  tap ns  built-in  ratio  block ns  built-in
           2        3   0.500     0.400   1.25     1.000     0.000

        cost       ns  built-in  ratio
        finish  0.250     0.500   0.50

        net.onnx: batch 16, 2 threads; ratios are predicted over measured

        #  layer  op    engine  predicted ms    ms  ratio  dense predicted  dense ms  ratio  built-in choice  remark
        1  a      Conv  sparse         0.500  1.00   0.50             2.00     0.800   2.50  dense            dense is faster

        chosen kernels: predictions of 1 layers are off by 50.0 % (median), 50.0 % (90th percentile)
        dense kernels: predictions of 1 layers are off by 150.0 % (median), 150.0 % (90th percentile)
        1 of 1 sparse layers are slower than their dense kernels by more than 5 %
        against the built-in costs: 1 layers change their engine, 0 their cover

        written to costs.json
        """)
  }
}
