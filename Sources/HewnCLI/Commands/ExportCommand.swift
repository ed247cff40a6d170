import ArgumentParser
import Hewn

package struct ExportCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes the model as plain dense ONNX.",
    usage: "hewn export <model> --output <file> [<options>]",
    discussion: Manual.discussion(
      """
      Copies the model into one file that every tool opens: tensors in sparse form become dense, \
      and those that lie in other files are put inside. All else stays as it is.
      """,
      examples: """
        hewn export sparse.onnx --output dense.onnx
        hewn export model/model.onnx -o single-file.onnx
        """))

  @Argument(help: "An ONNX file.")
  package var model: String

  @OptionGroup(title: "Export options") package var settings: Settings
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package struct Settings: ParsableArguments {
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The file to write; replaced where it exists.", valueName: "file"))
    package var output: String

    package init() {}
  }

  package init() {}

  package func execute(_ console: Console) throws -> Int32 {
    let model = try Model(contentsOf: model)
    let output = settings.output
    let byteCount = try Progress(console).during("writing \(output)") {
      try model.write(to: output)
    }
    let report = ExportReport(model: model.summary, file: output, byteCount: byteCount)
    console.print(terminal.json ? try report.json() : "\(output): \(Numbers.bytes(byteCount))")
    return ExitStatus.success
  }
}
