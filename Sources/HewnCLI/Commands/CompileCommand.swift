import ArgumentParser
import Hewn

package struct CompileCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Writes a plan file, which starts fast.",
    usage: "hewn compile <model> --output <file.hewn> [<options>]",
    discussion: Manual.discussion(
      """
      Every command that runs or shows a model takes the plan file in its place. The file is for \
      the shapes that it was compiled for, and for processors with the same best instruction set \
      or, with --device cuda or emulator, for GPUs of the same generation.
      """,
      examples: """
        hewn compile model.onnx -o model.hewn
        hewn compile model.onnx -o model-b8.hewn --batch 8 --threads 2
        hewn compile model.onnx -o h200.hewn --device emulator --precision f16
        hewn run model.hewn --image cat.jpg --preprocess imagenet
        """))

  @Argument(help: "An ONNX file.")
  package var model: String

  @OptionGroup(title: "Compile options") package var settings: Settings
  @OptionGroup(title: "Plan options") package var plan: PlanOptions
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package struct Settings: ParsableArguments {
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp(
        "The plan file to write; replaced where it exists.", valueName: "file.hewn"))
    package var output: String

    @Option(
      name: .shortAndLong,
      help: .engine)
    package var engine: Engine?

    package init() {}

    package func validate() throws {
      guard output.hasSuffix(CompileReport.fileExtension) else {
        throw ValidationError("--output must end in \(CompileReport.fileExtension).")
      }
    }
  }

  package init() {}

  package func execute(_ console: Console) throws -> Int32 {
    let model = try Model(contentsOf: model)
    let options = plan.compileOptions(engine: settings.engine)
    let clock = ContinuousClock()
    let start = clock.now
    let plan = try Progress(console).during("compiling \(model.summary.file)") {
      try model.compile(options, writingTo: settings.output)
    }
    let elapsed = clock.now - start
    for note in plan.notes { console.note(note) }
    let report = try plan.compileReport(
      file: settings.output, milliseconds: elapsed / .milliseconds(1))
    console.print(terminal.json ? try report.json() : ReportText.compile(report, console.style))
    return ExitStatus.success
  }
}
