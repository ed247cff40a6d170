import ArgumentParser
import Hewn

/// A command that runs against a console, so that tests can run it too.
package protocol ConsoleCommand: ParsableCommand {
  var terminal: TerminalOptions { get }

  /// Does the command's work.
  ///
  /// - Returns: the exit status.
  func execute(_ console: Console) throws -> Int32
}

/// The whole tool as one function from arguments to exit status.
package enum CommandLineTool {
  package static func run(_ arguments: [String], console: Console) -> Int32 {
    do {
      var command = try HewnCommand.parseAsRoot(arguments)
      guard let consoleCommand = command as? any ConsoleCommand else {
        // Help for the tool or one of its commands; it arrives as an error.
        try command.run()
        return ExitStatus.success
      }
      var console = console
      consoleCommand.terminal.apply(to: &console)
      return try execute(consoleCommand, console)
    } catch {
      return reportUsage(error, console)
    }
  }

  private static func execute(_ command: any ConsoleCommand, _ console: Console) throws -> Int32 {
    do {
      return try command.execute(console)
    } catch let error as ValidationError {
      throw error
    } catch {
      let error = HewnError(wrapping: error)
      console.error(error.description)
      return ExitStatus.status(of: error.code)
    }
  }

  /// Prints what the argument parser has to say: help and version, or how to use a command.
  private static func reportUsage(_ error: any Error, _ console: Console) -> Int32 {
    let message = HewnCommand.fullMessage(for: error)
    guard HewnCommand.exitCode(for: error) != .success else {
      console.print(message)
      return ExitStatus.success
    }
    let prefix = "Error: "
    console.error(message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message)
    return ExitStatus.status(of: .invalidArgument)
  }
}
