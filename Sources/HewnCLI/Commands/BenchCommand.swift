import ArgumentParser
import Hewn

/// Which engines are measured.
package enum BenchEngine: String, CaseIterable, ExpressibleByArgument {
  case sparse, dense, both

  package var engines: [Engine] {
    switch self {
    case .sparse: [.sparse]
    case .dense: [.dense]
    case .both: [.sparse, .dense]
    }
  }
}

package struct BenchCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures how fast a model runs.",
    usage: "hewn bench <model> [<options>]",
    discussion: Manual.discussion(
      """
      Runs the model on random inputs unless others are given. With --engine both, the engines \
      take turns, so that both meet the same machine; layers whose sparse kernels turn out slower \
      than their dense ones are marked. Layers are measured in runs of their own, after the whole.

      Rates: GFLOP/s counts the non-zero weights, dense-eq. all of them; peak is GFLOP/s over the \
      greatest rate of the device; bound is the least time of the kernels' loads and \
      multiply-adds over the measured one.
      """,
      examples: """
        hewn bench model.onnx
        hewn bench model.onnx --engine sparse --batch 8 --threads 2 --profile
        hewn bench model.onnx --duration 0 --iterations 100
        hewn bench model.onnx --json | jq '.engines.sparse.median_ms'
        """, takesImages: true))

  @Argument(help: "An ONNX file, or a plan file of hewn compile.")
  package var model: String

  @OptionGroup(title: "Bench options") package var settings: Settings
  @OptionGroup(title: "Input options") package var inputs: InputOptions
  @OptionGroup(title: "Plan options") package var plan: PlanOptions
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package struct Settings: ParsableArguments {
    @Option(
      name: .shortAndLong,
      help:
        "Which to measure (default: both; on the reference device sparse, of a dense plan dense).")
    package var engine: BenchEngine?

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("Measure each engine for this long.", valueName: "seconds"))
    package var duration = 3.0

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Run each engine for this long first, once at least.", valueName: "seconds"))
    package var warmup = 0.5

    @Option(
      name: .long,
      help: ArgumentHelp("Measure at least so many runs of each engine.", valueName: "n"))
    package var iterations = 10

    @Flag(name: .long, help: "Measure each layer too; always done with --engine both.")
    package var profile = false

    package init() {}

    package func validate() throws {
      for (name, seconds) in [("duration", duration), ("warmup", warmup)] {
        guard (0...86_400).contains(seconds) else {
          throw ValidationError("--\(name) must lie in 0...86400 seconds.")
        }
      }
      guard iterations >= 1 else { throw ValidationError("--iterations must be at least 1.") }
    }
  }

  package init() {}

  package func validate() throws {
    if plan.device == .emulator { throw ValidationError(Self.emulatorObstacle) }
  }

  private static let emulatorObstacle =
    "Times of the emulator mean nothing; hewn inspect --device emulator shows predictions."

  package func execute(_ console: Console) throws -> Int32 {
    let model = try Model(contentsOf: model)
    guard plan.device ?? model.compiledOptions?.device != .emulator else {
      throw HewnError(.invalidArgument, Self.emulatorObstacle)
    }
    let engines = engines(of: model)
    let given = try ModelInputs(inputs, plan: plan, model: model, console: console)
    // The notes are about shapes, the same for every engine.
    var plans = [
      try compile(
        model, plan.compileOptions(engine: engines[0], inputShapes: given.shapes), console)
    ]
    for engine in engines.dropFirst() {
      let options = plan.compileOptions(engine: engine, inputShapes: given.shapes)
      plans.append(
        try Progress(console).during("compiling \(model.summary.file)") {
          try model.compile(options)
        })
    }
    var benchmark = Benchmark()
    benchmark.warmup = settings.warmup
    benchmark.duration = settings.duration
    benchmark.minimumIterations = settings.iterations
    benchmark.profiles = settings.profile || engines.count > 1
    benchmark.seed = inputs.seed
    let report = try Progress(console).showingPhases { update in
      try benchmark.run(plans, inputs: given.tensors, progress: update)
    }
    console.print(
      terminal.json
        ? try report.json()
        : ReportText.bench(report, showsLayers: benchmark.profiles, console.style))
    return ExitStatus.success
  }

  /// What to measure: of a plan file its own engine, first, and by default the dense one too.
  private func engines(of model: Model) -> [Engine] {
    if let asked = settings.engine { return asked.engines }
    if plan.device == .reference { return [.sparse] }
    return model.compiledOptions?.engine == .dense ? [.dense] : BenchEngine.both.engines
  }
}
