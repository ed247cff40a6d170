import Hewn

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the tool writes: results to one stream, all else to the other.
package struct Console: Sendable {
  /// Whether and how text is coloured.
  package enum Color: String, CaseIterable, Sendable {
    case auto, always, never
  }

  package var writeOutput: @Sendable (String) -> Void
  package var writeError: @Sendable (String) -> Void
  package var outputIsTerminal: Bool
  package var errorIsTerminal: Bool
  /// Whether the environment asks for no colours.
  package var prefersNoColor: Bool
  package var color = Color.auto
  /// Whether notes and progress are left out.
  package var isQuiet = false

  package init(
    writeOutput: @escaping @Sendable (String) -> Void,
    writeError: @escaping @Sendable (String) -> Void, outputIsTerminal: Bool,
    errorIsTerminal: Bool, prefersNoColor: Bool
  ) {
    self.writeOutput = writeOutput
    self.writeError = writeError
    self.outputIsTerminal = outputIsTerminal
    self.errorIsTerminal = errorIsTerminal
    self.prefersNoColor = prefersNoColor
  }

  /// The streams of this process.
  package static var system: Console {
    let environment = ProcessInfo.processInfo.environment
    return Console(
      writeOutput: { write($0, to: STDOUT_FILENO) },
      writeError: { write($0, to: STDERR_FILENO) },
      outputIsTerminal: isatty(STDOUT_FILENO) == 1,
      errorIsTerminal: isatty(STDERR_FILENO) == 1,
      prefersNoColor: environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb")
  }

  /// The same console without notes and progress.
  package var muted: Console {
    var console = self
    console.isQuiet = true
    return console
  }

  /// The style of results.
  package var style: Style { Style(isColored: isColored(terminal: outputIsTerminal)) }

  private func isColored(terminal: Bool) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto: terminal && !prefersNoColor
    }
  }

  /// Prints a result.
  package func print(_ text: String) { writeOutput(text.hasSuffix("\n") ? text : text + "\n") }

  /// Prints what the user should know but need not act on.
  package func note(_ text: String) {
    if !isQuiet { writeError("hewn: note: \(text)\n") }
  }

  /// Prints what ends the command.
  package func error(_ text: String) {
    let style = Style(isColored: isColored(terminal: errorIsTerminal))
    writeError("hewn: \(style.red("error")): \(text)\n")
  }

  /// Writes everything, or ends the process when nobody can read it any more.
  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // Broken pipes end here where the signal is blocked; a full disk must not pass as success.
      guard count > 0 else { exit(errno == EPIPE ? 0 : ExitStatus.status(of: .io)) }
      bytes = bytes.dropFirst(count)
    }
  }
}

#if canImport(Glibc)
  private let systemWrite = Glibc.write
#elseif canImport(Musl)
  private let systemWrite = Musl.write
#elseif canImport(Darwin)
  private let systemWrite = Darwin.write
#endif
