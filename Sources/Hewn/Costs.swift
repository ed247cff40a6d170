internal import CPUBackend
internal import Tuning

/// Which costs of kernels decide between them, on the device `cpu`.
public enum Costs: Sendable, Hashable {
  /// The file that the environment variable `HEWN_COSTS` names; without one, what ``Tuner`` has
  /// measured on this processor and kept in the cache, and the built-in costs where it has not.
  case automatic
  /// The built-in costs.
  case builtIn
  /// The tuned costs in a file, which must be of this processor and these kernels.
  case file(String)

  /// Reads `built-in`, or the name of a file.
  public init(_ text: String) {
    self = text == CostCache.builtInName ? .builtIn : .file(text)
  }

  var core: CostRequest {
    switch self {
    case .automatic: .automatic
    case .builtIn: .builtIn
    case .file(let path): .file(path)
    }
  }
}

/// Where the costs of a plan come from.
public struct CostSummary: Codable, Sendable, Equatable {
  /// Who measured them.
  public enum Source: String, Codable, Sendable {
    /// They came with Hewn.
    case builtIn = "built-in"
    /// They were measured by `hewn tune`.
    case tuned
  }

  /// Who measured them.
  public var source: Source
  /// The instruction set of the kernels: `portable`, `avx2` or `avx512`.
  public var instructionSet: String
  /// The machine that they were measured on.
  public var machine: String
  /// When they were tuned, in UTC as `2026-01-31T12:00:00Z`; `nil` for built-in ones.
  @Nullable public var date: String?

  package init(source: Source, instructionSet: String, machine: String, date: String? = nil) {
    self.source = source
    self.instructionSet = instructionSet
    self.machine = machine
    self.date = date
  }

  init(_ origin: CostOrigin) {
    let source: Source =
      switch origin.source {
      case .builtIn: .builtIn
      case .tuned: .tuned
      }
    self.init(
      source: source, instructionSet: origin.isa, machine: origin.machine, date: origin.date)
  }

  private enum CodingKeys: String, CodingKey {
    case source, machine, date
    case instructionSet = "instruction_set"
  }
}
