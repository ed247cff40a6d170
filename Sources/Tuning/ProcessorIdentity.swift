internal import CPUBackend

/// What tells processors with different kernel costs apart, as far as the system says.
package struct ProcessorIdentity: Sendable, Codable, Hashable, CustomStringConvertible {
  /// Fields of /proc/cpuinfo by their names; empty where the system tells nothing.
  package var fields: [String: String]

  package init(fields: [String: String]) { self.fields = fields }

  /// The fields that processors differ in: those of x86, then those of ARM.
  private static let names = [
    "vendor_id", "cpu family", "model", "stepping", "model name",
    "CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision",
  ]

  /// The processor of this machine.
  package static let current = ProcessorIdentity(
    fields: Dictionary(
      names.compactMap { name in Processor.field(name).map { (name, $0) } },
      uniquingKeysWith: { first, _ in first }))

  /// The processor as people call it.
  package var description: String {
    if let model = fields["model name"] {
      let numbers = [("cpu family", "family"), ("model", "model"), ("stepping", "stepping")]
        .compactMap { key, name in fields[key].map { "\(name) \($0)" } }
      return ([model] + numbers).joined(separator: ", ")
    }
    let arm = [("CPU implementer", "implementer"), ("CPU part", "part")]
      .compactMap { key, name in fields[key].map { "\(name) \($0)" } }
    return arm.isEmpty ? "an unknown processor" : "ARM \(arm.joined(separator: ", "))"
  }
}
