import ArgumentParser
import Hewn

package struct InspectCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what each layer becomes, and why.",
    usage: "hewn inspect <model> [<options>]",
    discussion: Manual.discussion(
      """
      Compiles the model and shows for each layer: the filter matrix M×K, its zeros, the segments \
      (height:count) and leaves that cover it, the slots of segments that are zero in the model, \
      the predicted times, and the engine chosen with the reason; of GPU kernels also their tile \
      (rows·pixels·images), stages, waves, shared memory and limiter.
      """,
      examples: """
        hewn inspect model.onnx
        hewn inspect model.onnx --batch 8 --threads 2
        hewn inspect model.onnx --passes
        hewn inspect model.onnx --device emulator --precision f16
        hewn inspect model.onnx --json | jq '.layers[] | {name, engine, reason}'
        """))

  @Argument(help: "An ONNX file, or a plan file of hewn compile.")
  package var model: String

  @OptionGroup(title: "Inspect options") package var settings: Settings
  @OptionGroup(title: "Plan options") package var plan: PlanOptions
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package struct Settings: ParsableArguments {
    @Flag(name: .long, help: "Show what each optimisation did, and what kept it from doing more.")
    package var passes = false

    @Option(name: .shortAndLong, help: .engine)
    package var engine: Engine?

    package init() {}
  }

  package init() {}

  package func execute(_ console: Console) throws -> Int32 {
    let model = try Model(contentsOf: model)
    let plan = try compile(model, plan.compileOptions(engine: settings.engine), console)
    let report = plan.inspect(includesPasses: settings.passes)
    console.print(
      terminal.json ? try report.json() : ReportText.inspect(report, console.style))
    return ExitStatus.success
  }
}
