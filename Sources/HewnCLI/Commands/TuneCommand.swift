import ArgumentParser
import Hewn

package struct TuneCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measures what kernels cost on this processor.",
    usage: "hewn tune [<model>] [<options>]",
    discussion: Manual.discussion(
      """
      Engines and segments are chosen by the costs of kernels. Measures these on this processor, \
      shows them beside the built-in ones, and keeps them for every command after it. With a \
      model, compiles it by the new costs, measures each layer in both engines, and tells how far \
      the predictions are off and what has changed in the choices.

      Let nothing else run meanwhile. Plan files keep the costs that they were compiled by.
      """,
      examples: """
        hewn tune
        hewn tune model.onnx --batch 16 --threads 2
        hewn tune --duration 30 --costs here.json
        hewn tune model.onnx --dry-run --json | jq .comparison.errors
        """, failures: ExitStatus.table.map(\.code)))

  @Argument(help: "An ONNX file whose layers are compared with their predictions.")
  package var model: String?

  @OptionGroup(title: "Tune options") package var settings: Settings
  @OptionGroup(title: "Plan options") package var plan: PlanOptions
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package struct Settings: ParsableArguments {
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp(
        "Measure the costs for this long, and each engine of a model for two fifths of it.",
        valueName: "seconds"))
    package var duration = Tuner().duration

    @Flag(name: .long, help: "Write nothing.")
    package var dryRun = false

    package init() {}

    package func validate() throws {
      guard Tuner.durations.contains(duration) else {
        throw ValidationError(
          "--duration must lie in 0...\(Int(Tuner.durations.upperBound)) seconds.")
      }
    }
  }

  package init() {}

  package func validate() throws {
    guard plan.device != .reference, plan.device != .emulator else {
      throw ValidationError("Costs are those of processors and GPUs: --device takes cpu or cuda.")
    }
    if let precision = plan.precision,
      let reason = (plan.device ?? .cpu).obstacle(to: precision)
    {
      throw ValidationError("--precision: \(reason).")
    }
    if plan.device == .cuda {
      guard model == nil, plan.costs == nil, !terminal.json else {
        throw ValidationError("With --device cuda, tune takes no model, no --costs and no --json.")
      }
    }
    guard settings.dryRun || plan.kernelCosts != .builtIn else {
      throw ValidationError(
        "The built-in costs cannot be written to; give a file to --costs, or --dry-run.")
    }
    if model == nil, plan.batch != nil || plan.threads != nil || !plan.shape.isEmpty {
      throw ValidationError("--batch, --shape and --threads need a model.")
    }
  }

  package func execute(_ console: Console) throws -> Int32 {
    if plan.device == .cuda { return try tuneGPU(console) }
    // Whatever can be wrong is found before anything is measured.
    let model = try model.map { try Model(contentsOf: $0) }
    if let plan = model?.summary.planFile {
      throw HewnError(.invalidArgument, "\(plan) is a plan already; give the model")
    }
    if !settings.dryRun { _ = try TunedCosts.target(plan.kernelCosts) }
    var tuner = Tuner()
    tuner.duration = settings.duration
    let costs = try Progress(console).showingPhases { update in
      try tuner.measure { update("measuring kernels", $0) }
    }
    var benchmark = Benchmark()
    // Once for the whole, once for the layers.
    benchmark.duration = settings.duration / 5
    benchmark.warmup = min(benchmark.warmup, benchmark.duration)
    let comparison = try model.map { model in
      try Progress(console).showingPhases { update in
        try costs.compare(
          model, plan.compileOptions(), benchmark: benchmark, progress: update)
      }
    }
    for note in comparison?.notes ?? [] { console.note(note) }
    // What was measured is shown, even where it cannot be kept.
    var failure: (any Error)?
    var file: String?
    do {
      if !settings.dryRun { file = try costs.write(to: plan.kernelCosts) }
    } catch {
      failure = error
    }
    let report = costs.report(file: file, comparison: comparison)
    console.print(terminal.json ? try report.json() : ReportText.tune(report, console.style))
    if let failure { throw failure }
    return ExitStatus.success
  }

  private func tuneGPU(_ console: Console) throws -> Int32 {
    let result = try Progress(console).during("measuring kernels") {
      try GPUTuner.run(writes: !settings.dryRun)
    }
    console.print(
      "measured what convolutions cost on \(result.gpu)"
        + (result.file.map { "; kept in \($0)" } ?? "; nothing is kept"))
    return ExitStatus.success
  }
}
