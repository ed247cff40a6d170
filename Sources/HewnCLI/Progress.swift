import Synchronization

/// A line on the terminal that says what takes so long.
///
/// It appears after a second, only where the error stream is a terminal, and leaves nothing behind.
final class Progress: Sendable {
  private struct State {
    var start = ContinuousClock.now
    var lastDraw: ContinuousClock.Instant?
    var isActive = false
  }

  private let console: Console
  private let isEnabled: Bool
  private let state = Mutex(State())

  static let delay = Duration.seconds(1)
  static let interval = Duration.milliseconds(250)

  init(_ console: Console) {
    self.console = console
    isEnabled = console.errorIsTerminal && !console.isQuiet
  }

  /// Shows `label` and the seconds while `body` runs.
  func during<Result>(_ label: String, _ body: () throws -> Result) rethrows -> Result {
    guard isEnabled else { return try body() }
    begin()
    let ticker = Task.detached {
      while !Task.isCancelled {
        try? await Task.sleep(for: Self.interval)
        if !Task.isCancelled { self.draw { "\(label) \($0 / .seconds(1), places: 0) s" } }
      }
    }
    defer {
      ticker.cancel()
      end()
    }
    return try body()
  }

  /// Shows the phases that `body` reports through its argument.
  func showingPhases<Result>(
    _ body: (_ update: @Sendable (_ phase: String, _ fraction: Double) -> Void) throws -> Result
  ) rethrows -> Result {
    guard isEnabled else { return try body { _, _ in } }
    begin()
    defer { end() }
    return try body { phase, fraction in
      draw { _ in "\(phase) \(fraction * 100, places: 0) %" }
    }
  }

  private func begin() {
    state.withLock { $0 = State(isActive: true) }
  }

  private func draw(_ text: (_ elapsed: Duration) -> String) {
    let now = ContinuousClock.now
    state.withLock { state in
      let elapsed = now - state.start
      guard state.isActive, elapsed >= Self.delay,
        state.lastDraw.map({ now - $0 >= Self.interval }) ?? true
      else { return }
      state.lastDraw = now
      console.writeError("\r\u{1b}[Khewn: \(text(elapsed))")
    }
  }

  private func end() {
    state.withLock { state in
      if state.lastDraw != nil { console.writeError("\r\u{1b}[K") }
      state.isActive = false
    }
  }
}
