import Foundation

/// What the study found, with where it was found.
struct StudyRecord: Encodable {
  struct Machine: Encodable {
    let processor: String
    let cores: Int
    let instructionSet: String
    let gpu: String
  }

  /// A network under one cost setting.
  struct Entry: Encodable {
    let network: String
    let setting: CostSetting
    let matrices: Int
    /// The share of the weights that are zero.
    let zeroShare: Double
    /// The time of full segments alone, in microseconds.
    let denseTime: Double
    let exact: [StudyStep]
    /// λ, in nanoseconds for the squared sum of a layer's weights.
    let lambda: Double
    let pruned: [StudyStep]
  }

  let command: String
  let date: String
  let machine: Machine
  let versions: [String: String]
  let networks: [Entry]

  func write(to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let data = try encoder.encode(self)
    try (data + Data("\n".utf8)).write(to: URL(fileURLWithPath: file), options: .atomic)
  }

  static var processorName: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").dropFirst().joined(separator: ":")
    return name.map { String($0.drop { $0 == " " }) } ?? "unknown"
  }

  static var today: String {
    Date.now.formatted(Date.ISO8601FormatStyle().year().month().day())
  }
}

extension StudyRecord.Entry {
  /// A line for each step.
  var text: String {
    var lines = [
      "\(network), \(setting.rawValue): \(matrices) matrices, \(Self.percent(zeroShare)) zeros,"
        + " dense \(Self.number(denseTime, 1)) µs"
    ]
    for step in exact + pruned {
      var line = "  " + step.name.padding(toLength: 34, withPad: " ", startingAt: 0)
      line += "\(Self.number(step.timeOverNatural, 4)) of natural"
      line += "  \(Self.number(step.timeOverDense, 4)) of dense"
      line += "  \(Self.number(step.seconds, 2)) s"
      if let cost = step.costOverNatural { line += "  cost \(Self.number(cost, 4)) of natural" }
      if let share = step.droppedShare { line += "  \(Self.percent(share)) dropped" }
      if let outcomes = step.outcomes {
        let text = outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        line += "  (\(text.joined(separator: ", ")))"
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }

  private static func percent(_ share: Double) -> String { number(100 * share, 1) + " %" }

  private static func number(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
