import ArgumentParser
import Foundation
import Hewn
import HewnCLI
import Images
import Testing

/// The help of the tool and of every command, read as a manual.
@Suite struct ManualTests {
  /// Each command with its help: `[]` is the tool, `["run"]` a command of it.
  static let commands: [(path: [String], type: any ParsableCommand.Type)] =
    [([], HewnCommand.self)] + below(HewnCommand.self, path: [])

  private static func below(
    _ type: any ParsableCommand.Type, path: [String]
  ) -> [(path: [String], type: any ParsableCommand.Type)] {
    type.configuration.subcommands.flatMap { command in
      let path = path + [command.configuration.commandName ?? "?"]
      return [(path, command)] + below(command, path: path)
    }
  }

  /// The lines of a section, from its title to the next empty line.
  private static func section(_ title: String, of text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let start = lines.firstIndex(of: title) else { return [] }
    return Array(lines[(start + 1)...].prefix { !$0.isEmpty })
  }

  @Test func everyCommandHasTheSectionsOfAManual() {
    #expect(Self.commands.count > 8)
    for (path, type) in Self.commands {
      let name = (["hewn"] + path).joined(separator: " ")
      let help = Captured.run(["help"] + path)
      #expect(help.status == 0, "\(name): \(help.errors)")
      #expect(!type.configuration.abstract.isEmpty, "\(name) has no purpose")
      #expect(help.output.contains("USAGE: \(name)"), "\(name) has no usage")
      #expect(
        Self.section("EXAMPLES", of: help.output).contains { $0.hasPrefix("  \(name)") },
        "\(name) has no example")
      #expect(
        Self.section("EXIT STATUS", of: help.output).first?.hasPrefix("  0 ") == true,
        "\(name) has no exit statuses")
      #expect(Self.section("ENVIRONMENT", of: help.output).count == 6, "\(name)")
      let presets = Self.section("PRESETS", of: help.output).count
      let expected = help.output.contains("--preprocess <") ? Preprocessing.presets.count : 0
      #expect(presets == expected, "\(name)")
    }
  }

  /// A wrapped line of a table or an example would be neither read nor pasted.
  @Test func linesAreNotWrapped() {
    for (path, type) in Self.commands {
      for line in type.configuration.discussion.split(separator: "\n") where line.hasPrefix("  ") {
        #expect(line.count <= Manual.lineLength, "\(path): \(line)")
      }
    }
  }

  @Test func everyExitStatusHasItsMeaning() {
    let all = Self.section("EXIT STATUS", of: HewnCommand.configuration.discussion)
    #expect(all.count == ExitStatus.table.count + 1)
    for (code, status) in ExitStatus.table {
      #expect(Manual.meanings[code] != nil, "\(code)")
      #expect(all.contains { $0.hasPrefix("  \(status) ") }, "\(code)")
    }
  }

  /// Examples of help and documents are parsed, as far as their first pipe; nothing runs.
  @Test func examplesAreValid() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    var examples: [(source: String, line: String)] = []
    for (path, type) in Self.commands {
      for line in Self.section("EXAMPLES", of: type.configuration.discussion) {
        examples.append(("help \(path.joined())", line))
      }
    }
    for file in ["README.md", "Docs/cli.md", "Docs/evaluation.md"] {
      let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
        .replacing("\n.build/release/hewn ", with: "\n    hewn ")
      // Synopses show their options in brackets, lists their commands in capitals.
      for line in text.split(separator: "\n")
      where line.hasPrefix("    hewn ") && !line.contains(#/\[|MODEL/#) {
        examples.append((file, String(line)))
      }
    }
    #expect(examples.count > 60)
    for (source, line) in examples {
      // Comments are set off by spaces, filters by a pipe.
      let command = line.drop { $0 == " " }.split(separator: #/ {2,}| \| /#).first ?? ""
      let words = command.split(separator: " ").map(String.init)
      #expect(words.first == "hewn", "\(source): \(line)")
      #expect(throws: Never.self, "\(source): \(line)") {
        _ = try HewnCommand.parseAsRoot(Array(words.dropFirst()))
      }
    }
  }
}
