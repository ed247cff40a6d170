import Foundation
import Hewn
import HewnCLI
import TestSupport
import Testing

/// The tool from arguments to output, on the reference device.
@Suite struct CommandLineTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func run(_ command: String, _ arguments: String...) -> Captured {
    Captured.run([command, workspace.model, "--device", "reference"] + arguments)
  }

  @Test(arguments: [
    [], ["--help"], ["help"], ["bench", "--help"], ["help", "run"], ["--version"],
  ])
  func helps(_ arguments: [String]) {
    let result = Captured.run(arguments)
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    #expect(
      result.output.contains(arguments == ["--version"] ? "hewn \(Release.version)" : "EXAMPLES"))
  }

  @Test(arguments: [
    (["nothing"], "nothing"), (["inspect"], "<model>"),
    (["bench", "m", "--batch", "0"], "--batch"),
    (["bench", "m", "--iterations", "0"], "--iterations"),
    (["bench", "m", "--duration", "-1"], "--duration"),
    (["bench", "m", "--engine", "fast"], "--engine"), (["run", "m", "--top", "0"], "--top"),
    (["run", "m", "--input", "x="], "NAME=FILE.npy"),
    (["run", "m", "--preprocess", "imagnet", "--image", "a"], "imagenet, caffe"),
    (["run", "m", "--mean", "1,2,3"], "--image"),
    (["run", "m", "--shape", "x=1x-3"], "1x3x224x224"),
    (["run", "m", "--shape", "x=1", "--shape", "x=2"], "twice"),
    (["compare", "m", "--tolerance", "nan"], "--tolerance"),
    (["inspect", "m", "--threads", "0"], "--threads"),
    (["inspect", "m", "--color", "blue"], "--color"),
    (["inspect", "m", "--device", "gpu"], "--device"),
    (["inspect", "m", "--device", "cuda", "--precision", "fp16"], "--precision"),
    (
      ["inspect", "m", "--device", "cpu", "--precision", "f16"],
      "the device cpu does not compute in f16"
    ),
    (["run", "m", "--device", "reference", "--precision", "tf32"], "the device reference"),
    (["tune", "--precision", "f16"], "does not compute in f16"),
    (["bench", "m", "--device", "emulator"], "inspect"),
  ]) func explainsWrongUsage(arguments: [String], words: String) {
    let result = Captured.run(arguments)
    #expect(result.status == 2, "\(arguments): \(result)")
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("hewn: error: "), "\(result.errors)")
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test func saysWhereAGPUIsMissing() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(4), observing: [\.standardErrorContent]
    ) {
      setenv("HEWN_CUDA_DRIVER", "/nowhere/libcuda.so.1", 1)
      let workspace = try Workspace()
      let arguments = ["run", workspace.model, "--device", "cuda"]
      exit(CommandLineTool.run(arguments, console: .system))
    }
    let errors = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(errors.contains("hewn: error: the CUDA driver cannot be loaded"), "\(errors)")
    #expect(errors.contains("HEWN_CUDA_DRIVER"), "\(errors)")
  }

  /// Every command takes a plan file for GPUs, and runs it where it was compiled for unless told otherwise.
  @Test func takesPlanFilesForGPUs() throws {
    let path = workspace.file("gpu.hewn")
    let compiled = Captured.run([
      "compile", workspace.model, "--output", path, "--device", "emulator", "--precision", "bf16",
    ])
    #expect(compiled.status == 0, "\(compiled)")
    func plan(_ arguments: String...) throws -> [String: Any] {
      let result = Captured.run(arguments + ["--json"])
      #expect(result.status == 0, "\(result)")
      return try #require(try Workspace.json(result.output)["plan"] as? [String: Any])
    }
    for command in ["inspect", "compare"] {
      let plan = try plan(command, path)
      #expect(plan["device"] as? String == "emulator" && plan["precision"] as? String == "bf16")
    }
    let onProcessor = try plan("inspect", path, "--device", "cpu")
    #expect(onProcessor["device"] as? String == "cpu")
    #expect(onProcessor["precision"] as? String == "f32")
    // Times of the emulator, and another engine than the plan's.
    for arguments in [["bench", path], ["run", path, "--engine", "dense"]] {
      let result = Captured.run(arguments)
      #expect(result.status == 2, "\(result)")
    }
  }

  @Test func endsWithTheStatusOfTheError() throws {
    try workspace.write(Array("nonsense".utf8), to: "bad.onnx")
    try workspace.write(Array("nonsense".utf8), to: "bad.npy")
    let cases: [([String], Int32)] = [
      (["inspect", workspace.model, "--precision", "f16"], 2),
      (["inspect", workspace.file("missing.onnx")], 5),
      (["inspect", workspace.path], 5),
      (["run", workspace.model, "--input", "x=\(workspace.path)"], 5),
      (["run", workspace.model, "--input", "x=/dev/zero"], 5),
      (["inspect", workspace.file("bad.onnx")], 3),
      (["run", workspace.model, "--input", "x=\(workspace.file("missing.npy"))"], 5),
      (["run", workspace.model, "--input", "x=\(workspace.file("bad.npy"))"], 3),
      (["run", workspace.model, "--input", "z=\(workspace.file("bad.npy"))"], 2),
      (["run", workspace.model, "--image", workspace.file("bad.npy")], 2),
      (["run", workspace.model, "--labels", workspace.file("missing.txt")], 5),
      (["run", workspace.model, "--shape", "z=1x3"], 2),
      (["compare", workspace.model, "--against", workspace.file("nowhere")], 2),
    ]
    for (arguments, status) in cases {
      let result = Captured.run(arguments + ["--device", "reference"])
      #expect(result.status == status, "\(arguments): \(result)")
      #expect(result.errors.contains("hewn: error: "), "\(arguments): \(result.errors)")
    }
  }

  @Test func exports() throws {
    let file = workspace.file("out.onnx")
    let text = Captured.run(["export", workspace.model, "--output", file])
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("out.onnx"))
    let read = { try [UInt8](Data(contentsOf: URL(fileURLWithPath: $0))) }
    #expect(try read(file) == TinyModel.bytes)
    let json = try Workspace.json(
      Captured.run(["export", workspace.model, "-o", file, "--json"]).output)
    #expect(json["bytes"] as? Int == TinyModel.bytes.count)
    #expect(Captured.run(["export", workspace.model, "-o", workspace.model]).status == 2)
    #expect(Captured.run(["export", workspace.model, "-o", workspace.path]).status == 5)
    #expect(try read(workspace.model) == TinyModel.bytes)
  }

  @Test func inspects() throws {
    let text = run("inspect", "--passes", "--threads", "1")
    #expect(text.status == 0, "\(text.errors)")
    for words in ["tiny.onnx", "classifier", "Gemm", "1×3", "passes", "FoldConstants"] {
      #expect(text.output.contains(words), "\(words) in \(text.output)")
    }
    let json = try Workspace.json(run("inspect", "--json", "--batch", "4").output)
    #expect(json["schema_version"] as? Int == 1)
    #expect((json["plan"] as? [String: Any])?["batch"] as? Int == 4)
    #expect(json["passes"] is NSNull)
  }

  @Test func runsGivenArrays() throws {
    let x: [Float] = [1, 2, 3, -1, 0.5, 0]
    try Tensor(shape: [2, 3], floats: x).write(toNPY: workspace.file("x.npy"))
    let folder = workspace.file("deep/results")
    let result = run(
      "run", "--input", "x=\(workspace.file("x.npy"))", "--output", folder, "--top", "2", "--json")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.isEmpty)
    let scores = try Tensor(contentsOfNPY: folder + "/scores.npy")
    #expect(scores.shape == [2, 4])
    #expect(scores.floats == TinyModel.scores(of: [1, 2, 3]) + TinyModel.scores(of: [-1, 0.5, 0]))
    let json = try Workspace.json(result.output)
    let top = try #require(json["top"] as? [[String: Any]])
    #expect(top.count == 2)
    #expect(
      top.allSatisfy { ($0["classes"] as? [Any])?.count == 2 && $0["softmax"] as? Bool == true })
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["scores.npy"])
  }

  @Test func convertsAndSaysSo() throws {
    let tensor = try Tensor(
      shape: [1, 3], elementType: .uint8, bytes: [1, 2, 3])
    try tensor.write(toNPY: workspace.file("x.npy"))
    let result = run("run", "--input", workspace.file("x.npy"))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("uint8 converted to float32"))
    #expect(run("run", "--quiet", "--input", workspace.file("x.npy")).errors.isEmpty)
  }

  @Test func saysThatInputsAreRandom() {
    let result = run("run", "--seed", "9")
    #expect(result.status == 0)
    #expect(result.errors.contains("input \"x\" is random, of seed 9"))
  }

  @Test(arguments: [[3], [2, 4], [1, 3, 1]]) func refusesArraysThatDoNotFit(_ shape: [Int]) throws {
    try Tensor.random(shape: shape, seed: 1).write(toNPY: workspace.file("x.npy"))
    let result = run("run", "--input", "x=\(workspace.file("x.npy"))")
    #expect(result.status == 2)
    #expect(result.errors.contains("the model takes N×3"), "\(result.errors)")
  }

  @Test func refusesAnotherBatchThanTheArrays() throws {
    try Tensor.random(shape: [2, 3], seed: 1).write(toNPY: workspace.file("x.npy"))
    let result = run("run", "--batch", "3", "--input", "x=\(workspace.file("x.npy"))")
    #expect(result.status == 2)
    #expect(result.errors.contains("--batch asks for 3"), "\(result.errors)")
  }

  @Test func compares() throws {
    let text = run("compare", "--batch", "3", "--tolerance", "1e-6")
    #expect(text.status == 0, "\(text)")
    #expect(text.output.contains("passed") && text.output.contains("100.0 %"))
    let dense = try Workspace.json(run("compare", "--against", "dense", "--json").output)
    #expect(dense["passed"] as? Bool == true)
    #expect(dense["top1_agreement"] as? Double == 1)
  }

  @Test(arguments: Precision.allCases) func comparesAGPU(precision: Precision) throws {
    let result = Captured.run([
      "compare", workspace.model, "--device", "emulator", "--precision", precision.rawValue,
      "--batch", "3", "--json",
    ])
    #expect(result.status == 0, "\(result)")
    let json = try Workspace.json(result.output)
    #expect(json["tolerance"] as? Double == precision.usualTolerance)
    let plan = try #require(json["plan"] as? [String: Any])
    #expect(plan["device"] as? String == "emulator" && plan["gpu"] is String)
    #expect(plan["precision"] as? String == precision.rawValue)
  }

  @Test func comparesWithAFolder() throws {
    let folder = workspace.file("expected")
    let x: [Float] = [1, 2, 3]
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var scores = TinyModel.scores(of: x)
    try Tensor(shape: [1, 4], floats: scores).write(toNPY: folder + "/scores.npy")
    let lacking = run("compare", "--against", folder)
    #expect(lacking.status == 2)
    #expect(lacking.errors.contains("\"x\""))

    try Tensor(shape: [1, 3], floats: x).write(toNPY: folder + "/x.npy")
    #expect(run("compare", "--against", folder).status == 0)

    scores[2] += 1
    try Tensor(shape: [1, 4], floats: scores).write(toNPY: folder + "/scores.npy")
    let result = run("compare", "--against", folder, "--json")
    #expect(result.status == 1)
    let json = try Workspace.json(result.output)
    let output = (json["outputs"] as? [String: Any])?["scores"] as? [String: Any]
    #expect(output?["max_abs"] as? Double == 1)
    #expect(output?["worst_index"] as? Int == 2)
    #expect(json["seed"] is NSNull)
  }

  @Test func benchesOneEngineAndBoth() throws {
    let one = run("bench", "--duration", "0", "--warmup", "0", "--iterations", "2", "--json")
    #expect(one.status == 0, "\(one.errors)")
    let json = try Workspace.json(one.output)
    let engines = try #require(json["engines"] as? [String: [String: Any]])
    #expect(Set(engines.keys) == ["sparse"])
    #expect(engines["sparse"]?["iterations"] as? Int == 2)
    #expect(json["speedup"] is NSNull)

    let both = run(
      "bench", "--duration", "0", "--warmup", "0", "--iterations", "2", "--engine", "both")
    #expect(both.status == 0, "\(both.errors)")
    for words in ["sparse ms", "dense ms", "sparse against dense: ", "classifier"] {
      #expect(both.output.contains(words), "\(words) in \(both.output)")
    }
  }

  @Test func coloursWhereItIsWelcome() {
    let arguments = ["inspect", workspace.model, "--device", "reference"]
    func isColored(_ result: Captured) -> Bool { result.output.contains("\u{1b}[") }
    #expect(!isColored(Captured.run(arguments)))
    #expect(isColored(Captured.run(arguments, outputIsTerminal: true)))
    #expect(!isColored(Captured.run(arguments, outputIsTerminal: true, prefersNoColor: true)))
    #expect(
      !isColored(Captured.run(arguments + ["--color", "never"], outputIsTerminal: true)))
    #expect(isColored(Captured.run(arguments + ["--color", "always"], prefersNoColor: true)))
  }
}
