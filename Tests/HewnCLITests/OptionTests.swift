import ArgumentParser
import Hewn
import HewnCLI
import Images
import Testing

/// Options as the commands understand them.
@Suite struct OptionTests {
  private func parse<Command: ParsableCommand>(
    _ arguments: [String], as _: Command.Type
  ) throws -> Command {
    try #require(try HewnCommand.parseAsRoot(arguments) as? Command)
  }

  @Test func hasUsefulDefaults() throws {
    let bench = try parse(["bench", "m.onnx"], as: BenchCommand.self)
    #expect(bench.model == "m.onnx")
    #expect(bench.settings.engine == nil && !bench.settings.profile)
    #expect(bench.settings.duration == 3 && bench.settings.warmup == 0.5)
    #expect(bench.settings.iterations == 10 && bench.inputs.seed == 0)
    #expect(bench.plan.device == nil && bench.plan.batch == nil && bench.plan.threads == nil)
    #expect(bench.plan.precision == nil && !bench.plan.cpuFallback)
    #expect(!bench.terminal.json && bench.terminal.color == .auto)
    let compare = try parse(["compare", "m.onnx"], as: CompareCommand.self)
    #expect(compare.settings.against == .reference && compare.settings.tolerance == nil)
    let inspect = try parse(["inspect", "m.onnx"], as: InspectCommand.self)
    #expect(!inspect.settings.passes && inspect.settings.engine == nil)
  }

  @Test func readsBenchOptions() throws {
    let bench = try parse(
      [
        "bench", "--batch", "8", "-t", "2", "--engine=dense", "-d", "0.5", "--warmup", "0",
        "--iterations", "7", "--profile", "--seed", "3", "--shape", "a=b=1x2", "--json", "m.onnx",
      ], as: BenchCommand.self)
    #expect(bench.settings.engine == .dense && bench.settings.profile)
    #expect(bench.settings.duration == 0.5 && bench.settings.warmup == 0)
    #expect(bench.settings.iterations == 7 && bench.inputs.seed == 3)
    let options = bench.plan.compileOptions(inputShapes: ["a=b": [9, 9], "c": [4]])
    #expect(options.batch == 8 && options.threads == 2)
    #expect(options.shapes == ["a=b": [1, 2], "c": [4]])
  }

  @Test func readsOptionsOfGPUs() throws {
    let inspect = try parse(
      ["inspect", "m.onnx", "--device", "emulator", "--precision", "bf16", "--cpu-fallback"],
      as: InspectCommand.self)
    let options = inspect.plan.compileOptions()
    #expect(options.device == .emulator && options.precision == .bf16 && options.fallsBackToCPU)
    let tolerances = Precision.allCases.map(\.usualTolerance)
    #expect(tolerances == tolerances.sorted() && tolerances.first == 1e-4)
  }

  @Test func readsInputs() throws {
    let run = try parse(
      ["run", "m.onnx", "--input", "a=x=y.npy", "-i", "b.npy", "--output", "o", "--top", "3"],
      as: RunCommand.self)
    #expect(run.inputs.input.map(\.name) == ["a", nil])
    #expect(run.inputs.input.map(\.path) == ["x=y.npy", "b.npy"])
    #expect(run.settings.output == "o" && run.settings.top == 3)
  }

  @Test func readsComparisonTargets() throws {
    for (text, want) in [
      ("reference", ComparisonTarget.reference), ("dense", .dense), ("./dense", .folder("./dense")),
    ] {
      let command = try parse(["compare", "m", "--against", text], as: CompareCommand.self)
      #expect(command.settings.against == want)
    }
  }

  @Test func replacesPartsOfPresets() throws {
    let run = try parse(
      [
        "run", "m.onnx", "--image", "a.png", "--preprocess", "caffe", "--mean", "-1,2,0.5",
        "--scale", "1/4", "--resize", "300x200", "--crop", "100", "--channels", "rgb",
        "--interpolation", "bicubic", "--no-antialias",
      ], as: RunCommand.self)
    let got = run.inputs.preprocessing.preprocessing
    var want = Preprocessing()
    want.mean = [-1, 2, 0.5]
    want.scale = 0.25
    want.resize = .exact(PixelSize(width: 300, height: 200))
    want.crop = .exact(PixelSize(width: 100, height: 100))
    want.interpolation = .bicubic
    want.antialias = false
    #expect(got == want)

    let plain = try parse(
      ["run", "m.onnx", "--image", "a.png", "--preprocess", "imagenet", "--std", "2"],
      as: RunCommand.self)
    var imagenet = try #require(Preprocessing.preset(named: "imagenet")?.preprocessing)
    imagenet.deviation = [2]
    #expect(plain.inputs.preprocessing.preprocessing == imagenet)
  }

  @Test(arguments: [
    ("none", Preprocessing.Resize.none), ("input", .toInput), ("256", .shortSide(256)),
    ("2x3", .exact(PixelSize(width: 2, height: 3))),
  ]) func readsSizes(text: String, want: Preprocessing.Resize) throws {
    #expect(try PreprocessingOptions.resize(parsing: text) == want)
  }

  @Test(arguments: ["", "0", "-4", "2x", "x2", "2x3x4", "2x-3", "big"])
  func refusesSizes(text: String) {
    #expect(throws: ValidationError.self) { try PreprocessingOptions.resize(parsing: text) }
    #expect(throws: ValidationError.self) { try PreprocessingOptions.crop(parsing: text) }
  }

  @Test(arguments: ["", "1/0", "a", "1/2/3", "inf", "/"]) func refusesFactors(text: String) {
    #expect(throws: ValidationError.self) { try PreprocessingOptions.factor(parsing: text) }
  }

  @Test func readsLabels() {
    #expect(Labels.parse("cat\r\n dog \n\nlast one\n\n") == ["cat", "dog", "", "last one"])
    #expect(Labels.parse("").isEmpty)
  }

  @Test func namesFilesSafely() {
    let names = ArrayFiles.names(for: [
      "prob", "a/b", "a_b", "../../etc/passwd", ".hidden", "", "PROB", "é:1",
      String(repeating: "x", count: 500),
    ])
    #expect(names["prob"] == "prob.npy")
    #expect(names["a/b"] == "a_b.npy" && names["a_b"] == "a_b-2.npy")
    #expect(names["../../etc/passwd"] == "_._.._etc_passwd.npy")
    #expect(names[".hidden"] == "_hidden.npy" && names[""] == "_.npy")
    #expect(names["PROB"] == "PROB-2.npy" && names["é:1"] == "__1.npy")
    #expect(names.values.allSatisfy { $0.count < 255 && !$0.contains("/") })
    #expect(Set(names.values.map { $0.lowercased() }).count == names.count)
  }
}
