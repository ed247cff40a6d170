import ArgumentParser
import GPUCatalogue
import GPUDevices
import Tensors

/// Runs the catalogue.
struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Check the device, every instruction and every kernel.",
    discussion: """
      Checks run in a process of their own, which is started again behind a check that crashes it, hangs, or
      leaves the GPU with an error. The exit status is 1 when a check fails.
      """)

  @OptionGroup var options: DeviceOptions

  @Option(help: "Only checks whose names contain this text; may be repeated.")
  var filter: [String] = []

  @Option(help: "Write the results to a file, as JSON.")
  var json: String?

  @Option(help: "Seconds after which a check counts as hanging.")
  var timeout = 120

  @Flag(help: "Run the checks in this process, for tools that watch it.")
  var inProcess = false

  @Option(help: .hidden)
  var workFrom: Int?

  func run() throws {
    if let workFrom {
      try options.run(CheckWork(filter: filter, first: workFrom, report: CheckMessage.send))
      return
    }
    var results = CheckResults()
    if inProcess {
      let collector = Collector()
      try options.run(CheckWork(filter: filter, first: 0, report: collector.take))
      results = collector.results
    } else {
      let supervisor = CheckSupervisor(
        arguments: ["test", "--device", options.device.rawValue]
          + filter.flatMap { ["--filter", $0] },
        timeout: timeout)
      results = try supervisor.run { say($0.text) }
    }
    say(results.summary)
    if let json {
      try Record(
        command: (["gpu-check test --device \(options.device.rawValue)"]
          + filter.map { "--filter \($0)" }).joined(separator: " "),
        device: results.device, results: results
      ).write(to: json)
    }
    if !results.isClean { throw ExitCode(1) }
  }

  /// Takes the messages of work in this process.
  private final class Collector {
    var results = CheckResults()

    func take(_ message: CheckMessage) {
      results.take(message)
      if case .result(let result) = message { say(result.text) }
    }
  }
}
