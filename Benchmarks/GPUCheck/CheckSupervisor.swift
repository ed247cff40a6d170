import Foundation
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs checks in a process of their own, and once more from the next check on when it ends early.
struct CheckSupervisor {
  /// Of this program, for a process that runs checks.
  let arguments: [String]
  /// Seconds without a word after which the process is ended.
  let timeout: Int

  /// Runs all checks.
  ///
  /// - Parameter report: called with each result as it comes.
  /// - Throws: `device` when the process cannot start, or cannot make its device.
  func run(_ report: (CheckResult) -> Void) throws -> CheckResults {
    var results = CheckResults()
    var next = 0
    while true {
      let run = try Worker(arguments + ["--work-from", "\(next)"]).run(timeout: timeout) {
        message in
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
        FileHandle.standardError.write(Data("the checks cannot go on: \(run.cause)\n".utf8))
        return results
      }
      next = results.checks.count
    }
  }
}

/// A process that runs checks.
private struct Worker {
  private let process = Process()
  private let output = Pipe()

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

  init(_ arguments: [String]) throws {
    guard let path = Bundle.main.executablePath else {
      throw HewnError(.io, "gpu-check does not find itself")
    }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
  }

  func run(timeout: Int, _ take: (CheckMessage) -> Void) throws -> Run {
    var run = Run()
    var lines = LineReader(output.fileHandleForReading.fileDescriptor)
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
        process.waitUntilExit()
        run.cause =
          process.terminationReason == .uncaughtSignal
          ? "the process was ended by signal \(process.terminationStatus)"
          : "the process ended with status \(process.terminationStatus)"
        break loop
      case .timeout:
        run.cause = "nothing was heard for \(timeout) s, and the process was ended"
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        break loop
      }
    }
    run.seconds = (ContinuousClock().now - beginning) / .seconds(1)
    return run
  }
}

/// Lines of a pipe, as they come.
private struct LineReader {
  enum Event {
    case line([UInt8])
    case end
    case timeout
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var hasEnded = false

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The next line, or why there is none within so many seconds.
  mutating func next(timeout: Int) -> Event {
    let deadline = ContinuousClock().now + .seconds(timeout)
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer.removeSubrange(...end) }
        return .line(Array(buffer[..<end]))
      }
      if hasEnded { return .end }
      let rest = (deadline - ContinuousClock().now) / .milliseconds(1)
      if rest <= 0 { return .timeout }
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, Int32(rest.rounded(.up))) > 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(descriptor, &bytes, bytes.count)
      if count > 0 { buffer += bytes[..<count] } else if count == 0 { hasEnded = true }
    }
  }
}
