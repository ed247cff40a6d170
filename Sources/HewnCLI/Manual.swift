import ArgumentParser
import Hewn
import Images

/// What the help of several commands says alike.
package enum Manual {
  /// The long help of a command: what it does, examples, then what it shares with others.
  ///
  /// Lines of examples must fit into `lineLength`, as wrapped ones could not be pasted.
  ///
  /// - Parameters:
  ///   - examples: whole command lines.
  ///   - takesImages: whether the presets of `--preprocess` are listed.
  ///   - failures: the errors that the command may end with.
  package static func discussion(
    _ text: String, examples: String, takesImages: Bool = false,
    failures: [HewnError.Code] = usualFailures
  ) -> String {
    let sections = [
      section("EXAMPLES", examples.split(separator: "\n").map(String.init)),
      takesImages
        ? section("PRESETS", table(Preprocessing.presets.map { ($0.name, $0.summary) })) : nil,
      section("EXIT STATUS", table(exitStatus(failures))),
      section("ENVIRONMENT", table(environment)),
    ]
    return ([text] + sections.compactMap { $0 }).joined(separator: "\n\n")
  }

  /// The longest line of help that is not wrapped on a terminal of 80 columns.
  package static let lineLength = 79

  /// What every command with a model may end with.
  package static let usualFailures = ExitStatus.table.map(\.code).filter { $0 != .failedCheck }

  /// The meaning of each code, in the words of Docs/cli.md.
  package static let meanings: [HewnError.Code: String] = [
    .failedCheck: "a comparison or a budget was not met, or measuring was disturbed",
    .invalidArgument: "wrong usage: an option, or inputs that do not fit the model",
    .invalidFile: "an invalid file: a model, image, archive or array",
    .unsupported: "what cannot run: an operator, attribute, type or shape; a missing GPU",
    .io: "a file cannot be opened, read or written",
    .outOfMemory: "memory ran out",
    .device: "a GPU or its driver failed while it worked",
    .internal: "a defect of Hewn itself; please report it",
  ]

  private static func exitStatus(_ failures: [HewnError.Code]) -> [(String, String)] {
    [("\(ExitStatus.success)", "success")]
      + failures.map { ("\(ExitStatus.status(of: $0))", meanings[$0] ?? $0.rawValue) }
  }

  private static let environment = [
    ("NO_COLOR", "when not empty: no colours, unless --color always is given"),
    ("TERM", "when dumb: the same"),
    ("HEWN_COSTS", "what --costs is where it is not given"),
    ("HEWN_CACHE", "the folder of Hewn's caches"),
    ("HEWN_CUDA_DRIVER", "the driver of --device cuda; libcuda.so.1 by default"),
    ("XDG_CACHE_HOME", "without it, the folder of all caches; ~/.cache by default"),
  ]

  private static func section(_ title: String, _ lines: [String]) -> String {
    ([title] + lines.map { "  \($0)" }).joined(separator: "\n")
  }

  /// Two columns, the first as wide as its longest entry.
  private static func table(_ rows: [(String, String)]) -> [String] {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, meaning in
      name + String(repeating: " ", count: width - name.count + 2) + meaning
    }
  }
}

extension ArgumentHelp {
  /// What `--engine` means wherever a model is compiled.
  static var engine: ArgumentHelp {
    ArgumentHelp(
      "sparse: for each layer the kernels that are predicted faster; dense: dense kernels alone"
        + " (default: sparse, or that of the plan file).")
  }
}
