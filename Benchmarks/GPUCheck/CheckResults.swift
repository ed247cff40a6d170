import GPUCatalogue
import GPUDevices
import KernelIR

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What came of one check.
package struct CheckResult: Codable, Sendable {
  package enum Status: String, Codable { case passed, failed, skipped }

  package var name: String
  package var status: Status
  var seconds: Double
  /// What is wrong, or why it was skipped.
  package var notes: [String]

  package init(name: String, status: Status, seconds: Double, notes: [String]) {
    self.name = name
    self.status = status
    self.seconds = seconds
    self.notes = notes
  }

  /// A line, and one for each failure.
  package var text: String {
    let time = seconds.text(digits: 3)
    let padding = String(repeating: " ", count: max(0, 8 - time.count))
    let line = "\(status.rawValue) \(padding)\(time) s  \(name)"
    return ([line] + notes.map { "    \($0)" }).joined(separator: "\n")
  }
}

/// What a process that runs checks tells the one that started it: a line of JSON each.
package enum CheckMessage: Codable, Sendable {
  /// The device, and how many checks there are.
  case begins(DeviceRecord, count: Int)
  case starts(index: Int, name: String)
  case result(CheckResult)
  case ends

  /// Writes the message to standard output.
  static func send(_ message: CheckMessage) { message.line.map(say) }

  package var line: String? {
    (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }

  static func parse(_ line: some Sequence<UInt8>) -> CheckMessage? {
    try? JSONDecoder().decode(CheckMessage.self, from: Data(line))
  }
}

/// What came of all.
package struct CheckResults: Encodable, Sendable {
  var device: DeviceRecord?
  package var passed = 0
  package var failed = 0
  package var skipped = 0
  /// Checks that were not reached.
  package var missing = 0
  var seconds = 0.0
  package var checks: [CheckResult] = []

  mutating func take(_ message: CheckMessage) {
    switch message {
    case .begins(let device, let count):
      self.device = device
      missing = count - checks.count
    case .result(let result):
      checks.append(result)
      missing -= 1
      seconds += result.seconds
      switch result.status {
      case .passed: passed += 1
      case .failed: failed += 1
      case .skipped: skipped += 1
      }
    case .starts, .ends: break
    }
  }

  package var isClean: Bool { failed == 0 && missing == 0 && passed > 0 }

  package var summary: String {
    let failures = checks.filter { $0.status == .failed }.map { "failed: \($0.name)" }
    let counts = "\(passed) passed, \(failed) failed, \(skipped) skipped, \(missing) not reached"
    let total =
      "\(counts) in \(seconds.text(digits: 1)) s on \(device?.name ?? "no device")"
    return (failures + [total]).joined(separator: "\n")
  }
}

/// Runs the checks that a filter lets through, from one on.
struct CheckWork: DeviceWork {
  let filter: [String]
  let first: Int
  let report: (CheckMessage) -> Void

  func run<Device: GPUDevice>(on device: Device, _ record: DeviceRecord) throws {
    let catalogue = Catalogue(device)
    let entries = catalogue.entries.filter { entry in
      filter.isEmpty || filter.contains { entry.name.contains($0) }
    }
    report(.begins(record, count: entries.count))
    for (index, entry) in entries.enumerated().dropFirst(first) {
      report(.starts(index: index, name: entry.name))
      var result = CheckResult(name: entry.name, status: .passed, seconds: 0, notes: [])
      let time = ContinuousClock().measure {
        switch catalogue.outcome(of: entry) {
        case .passed: break
        case .failed(let failures): (result.status, result.notes) = (.failed, failures)
        case .skipped(let reason): (result.status, result.notes) = (.skipped, [reason])
        }
      }
      result.seconds = time / .seconds(1)
      report(.result(result))
      // After a fault of a kernel, every call of the driver fails in this process.
      if result.status == .failed { try device.synchronize() }
    }
    report(.ends)
  }
}
