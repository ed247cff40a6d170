import ArgumentParser

/// How a command writes.
package struct TerminalOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the report as JSON; see Docs/json.md for its keys.")
  package var json = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "When to colour; auto: on a terminal, unless NO_COLOR is set.",
      valueName: "when"))
  package var color: Console.Color = .auto

  @Flag(name: .shortAndLong, help: "Print no notes and no progress.")
  package var quiet = false

  package init() {}

  package func apply(to console: inout Console) {
    console.color = color
    console.isQuiet = quiet
  }
}

extension Console.Color: ExpressibleByArgument {}
