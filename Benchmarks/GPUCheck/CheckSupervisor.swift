import Tensors

/// Runs checks in a process of their own, and once more from the next check on when it ends early.
package struct CheckSupervisor {
  /// The program that runs checks and tells of them; this one where `nil`.
  private let executable: String?
  /// Of the program. The number of the first check is appended.
  private let arguments: [String]
  /// Seconds without a word after which the process is ended.
  private let timeout: Int

  package init(executable: String? = nil, arguments: [String], timeout: Int) {
    self.executable = executable
    self.arguments = arguments
    self.timeout = timeout
  }

  /// Runs all checks.
  ///
  /// - Parameter report: called with each result as it comes.
  /// - Throws: `device` when the process cannot start, or cannot make its device.
  package func run(_ report: (CheckResult) -> Void) throws -> CheckResults {
    var results = CheckResults()
    var next = 0
    while true {
      let worker = try Worker(executable, arguments + ["--work-from", "\(next)"])
      let run = try worker.run(timeout: timeout) { message in
        results.take(message)
        if case .result(let result) = message { report(result) }
      }
      guard !run.hasEnded else { return results }
      if let unfinished = run.unfinished {
        let result = CheckResult(
          name: unfinished.name, status: .failed, seconds: run.seconds, notes: [run.cause])
        results.take(.result(result))
        report(result)
      } else if run.resultCount == 0 {
        // Not the fault of a check.
        guard next > 0 else { throw HewnError(.device, "the checks cannot run: \(run.cause)") }
        say("the checks cannot go on: \(run.cause)")
        return results
      }
      next = results.checks.count
    }
  }
}

/// A process that runs checks.
private struct Worker {
  private let process: ChildProcess

  /// What became of the process.
  struct Run {
    var hasEnded = false
    var resultCount = 0
    /// The check that it was at.
    var unfinished: (index: Int, name: String)?
    /// Since that check began.
    var seconds = 0.0
    var cause = ""
  }

  init(_ executable: String?, _ arguments: [String]) throws {
    process = try ChildProcess(executable, arguments)
  }

  func run(timeout: Int, _ take: (CheckMessage) -> Void) throws -> Run {
    var run = Run()
    var lines = LineReader(process.output)
    var beginning = ContinuousClock().now
    loop: while true {
      switch lines.next(timeout: timeout) {
      case .line(let line):
        guard let message = CheckMessage.parse(line) else { continue }
        take(message)
        switch message {
        case .starts(let index, let name):
          run.unfinished = (index, name)
          beginning = ContinuousClock().now
        case .result:
          run.unfinished = nil
          run.resultCount += 1
        case .ends: run.hasEnded = true
        case .begins: break
        }
      case .end:
        run.cause = "the process \(process.wait())"
        break loop
      case .timeout:
        run.cause = "nothing was heard for \(timeout) s, and the process was ended"
        process.kill()
        _ = process.wait()
        break loop
      }
    }
    run.seconds = (ContinuousClock().now - beginning) / .seconds(1)
    return run
  }
}
