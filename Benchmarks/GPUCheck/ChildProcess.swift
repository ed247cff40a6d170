import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A program, this one or another, with its standard output in a pipe.
final class ChildProcess {
  /// Where its output is read.
  let output: Int32
  private let identifier: pid_t

  /// - Parameter executable: this program where `nil`.
  /// - Throws: `io` when it cannot be started.
  init(_ executable: String?, _ arguments: [String]) throws(HewnError) {
    let executable = executable ?? "/proc/self/exe"
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Self.failure("cannot make a pipe", errno) }
    defer { close(ends[1]) }
    // Children have it as their standard output alone, or it would not end with them.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments)
      .map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var identifier: pid_t = 0
    let status = posix_spawn(&identifier, executable, &actions, nil, words, environ)
    guard status == 0 else {
      close(ends[0])
      throw Self.failure("cannot start \(executable)", status)
    }
    self.identifier = identifier
    output = ends[0]
  }

  deinit { close(output) }

  private static func failure(_ what: String, _ code: Int32) -> HewnError {
    HewnError(.io, "\(what): \(String(cString: strerror(code)))")
  }

  func kill() { _ = Self.send(SIGKILL, to: identifier) }

  private static func send(_ signal: Int32, to identifier: pid_t) -> Int32 {
    #if canImport(Glibc)
      Glibc.kill(identifier, signal)
    #elseif canImport(Musl)
      Musl.kill(identifier, signal)
    #else
      Darwin.kill(identifier, signal)
    #endif
  }

  /// Waits for its end, and says how it ended.
  func wait() -> String {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0
      ? "ended with status \(status >> 8 & 0xff)" : "was ended by signal \(signal)"
  }
}

/// Lines of a pipe, as they come.
struct LineReader {
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
