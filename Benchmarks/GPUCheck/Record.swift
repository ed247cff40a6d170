#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Figures with where they come from, as files of `Benchmarks/results` hold them.
struct Record<Results: Encodable>: Encodable {
  var command: String
  var date: String
  var machine: Machine
  /// Of Hewn: the commit that HEWN_REVISION names.
  var versions: [String: String]
  var device: DeviceRecord?
  var results: Results

  struct Machine: Encodable {
    var processor: String
    var cores: Int
  }

  init(command: String, device: DeviceRecord? = nil, results: Results) {
    self.command = command
    self.device = device
    self.results = results
    date = Date.now.formatted(Date.ISO8601FormatStyle().year().month().day())
    versions = ["hewn": ProcessInfo.processInfo.environment["HEWN_REVISION"] ?? "unknown"]
    machine = Machine(
      processor: Self.processorName, cores: ProcessInfo.processInfo.activeProcessorCount)
  }

  func write(to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let data = try encoder.encode(self)
    try (data + Data("\n".utf8)).write(to: URL(fileURLWithPath: file), options: .atomic)
  }

  private static var processorName: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").dropFirst().joined(separator: ":")
    return name.map { String($0.drop { $0 == " " }) } ?? "unknown"
  }
}
