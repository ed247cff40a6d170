import GPUCheck
import GPUDevices
import Tensors
import Testing

/// Checks in a process that ends before them. A shell pretends to run them.
@Suite struct CheckSupervisorTests {
  /// A script that says what `turns` say, by the number of the first check that it is told.
  private func run(
    _ turns: [Int: String], timeout: Int = 20
  ) throws -> (results: CheckResults, reports: [CheckResult]) {
    let cases = turns.map { "\($0.key)) \($0.value) ;;" }.joined(separator: " ")
    let script = "for first; do :; done; case $first in \(cases) *) exit 9 ;; esac"
    let supervisor = CheckSupervisor(
      executable: "/bin/sh", arguments: ["-c", script, "sh"], timeout: timeout)
    var reports: [CheckResult] = []
    let results = try supervisor.run { reports.append($0) }
    return (results, reports)
  }

  private func say(_ messages: CheckMessage...) throws -> String {
    try messages.map { "echo '\(try #require($0.line))'; " }.joined()
  }

  private let begins = CheckMessage.begins(DeviceRecord(EmulatorDevice()), count: 3)

  private func result(
    _ name: String, _ status: CheckResult.Status = .passed, notes: [String] = []
  ) -> CheckMessage {
    .result(CheckResult(name: name, status: status, seconds: 0.5, notes: notes))
  }

  private func statuses(_ results: CheckResults) -> [String] {
    results.checks.map { "\($0.name) \($0.status.rawValue)" }
  }

  @Test func allPass() throws {
    let (results, reports) = try run([
      0: say(
        begins, .starts(index: 0, name: "a"), result("a"), .starts(index: 1, name: "b"),
        result("b"), .starts(index: 2, name: "c"), result("c", .skipped, notes: ["why"]), .ends)
    ])
    #expect(statuses(results) == ["a passed", "b passed", "c skipped"])
    #expect(reports.map(\.name) == ["a", "b", "c"])
    #expect(results.isClean)
    #expect(
      results.summary
        == "2 passed, 0 failed, 1 skipped, 0 not reached in 1.5 s on emulator of sm_90a")
    #expect(reports[2].text == "skipped    0.500 s  c\n    why")
  }

  /// What crashes, hangs or leaves the device unusable does so in its own check alone.
  @Test func goesOnBehindACheck() throws {
    let (results, _) = try run(
      [
        0: say(begins, .starts(index: 0, name: "a")) + "kill -9 $$",
        1: say(begins, .starts(index: 1, name: "b")) + "exec sleep 60",
        2: say(begins, .starts(index: 2, name: "c"), result("c", .failed, notes: ["x"])) + "exit 1",
        3: say(begins, .ends),
      ], timeout: 1)
    #expect(statuses(results) == ["a failed", "b failed", "c failed"])
    #expect(
      results.checks.map(\.notes) == [
        ["the process was ended by signal 9"],
        ["nothing was heard for 1 s, and the process was ended"], ["x"],
      ])
    #expect(!results.isClean && results.missing == 0)
    #expect(results.summary.hasPrefix("failed: a\nfailed: b\nfailed: c\n0 passed, 3 failed"))
  }

  /// Without a device there is nothing to go on with.
  @Test func cannotBegin() {
    let error = #expect(throws: HewnError.self) { try run([0: "exit 3"]) }
    #expect(error?.code == .device)
    #expect(error?.message == "the checks cannot run: the process ended with status 3")
  }

  /// A device that is lost for good leaves checks that were not reached.
  @Test func cannotGoOn() throws {
    let (results, _) = try run([
      0: say(begins, .starts(index: 0, name: "a"), result("a"), .starts(index: 1, name: "b")),
      2: "exit 3",
    ])
    #expect(statuses(results) == ["a passed", "b failed"])
    #expect(results.missing == 1 && !results.isClean)
  }

  /// Nothing that checks print is taken for a message, and no message for what it is not.
  @Test func noise() throws {
    let (results, _) = try run([
      0: "echo; echo '{}'; printf 'no end'; echo; " + say(begins, result("a"), .ends) + "echo more"
    ])
    #expect(statuses(results) == ["a passed"])
  }

  @Test func nothingIsNotClean() throws {
    let (results, _) = try run([
      0: say(.begins(DeviceRecord(EmulatorDevice()), count: 0), .ends)
    ])
    #expect(!results.isClean)
  }
}
