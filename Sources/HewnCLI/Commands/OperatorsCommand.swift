import ArgumentParser
import Hewn

package struct OperatorsCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "operators",
    abstract: "Lists the ONNX operators that Hewn reads.",
    usage: "hewn operators [<options>]",
    discussion: Manual.discussion(
      """
      For each operator: the operator sets in which it is read, how many inputs and outputs a node \
      may have, and whether CPU and GPUs have kernels for it or the reference computes it, on GPUs \
      with --cpu-fallback.
      """,
      examples: """
        hewn operators
        hewn operators --markdown
        hewn operators --json | jq '.operators[] | select(.gpu == "kernel").type'
        """, failures: [.invalidArgument, .io, .internal]))

  @OptionGroup(title: "List options") package var settings: Settings
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package struct Settings: ParsableArguments {
    @Flag(name: .long, help: "Print the list as a Markdown document.")
    package var markdown = false

    package init() {}
  }

  package init() {}

  package func validate() throws {
    if settings.markdown, terminal.json {
      throw ValidationError("--markdown and --json exclude each other.")
    }
  }

  package func execute(_ console: Console) throws -> Int32 {
    let report = try OperatorsReport.current()
    if terminal.json {
      console.print(try report.json())
    } else if settings.markdown {
      console.print(OperatorsMarkdown.document(report))
    } else {
      console.print(ReportText.operators(report, console.style))
    }
    return ExitStatus.success
  }
}
