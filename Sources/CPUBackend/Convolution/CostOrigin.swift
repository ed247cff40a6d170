/// Where the costs of a compilation come from.
package struct CostOrigin: Sendable, Codable, Hashable {
  package enum Source: String, Sendable, Codable {
    /// The table of the sources.
    case builtIn = "built-in"
    /// A table that was measured by `hewn tune`.
    case tuned
  }

  package var source: Source
  package var isa: String
  /// The machine that the costs were measured on.
  package var machine: String
  /// When they were tuned, in UTC as `2026-01-31T12:00:00Z`; `nil` for built-in ones.
  package var date: String?

  package init(source: Source, isa: String, machine: String, date: String? = nil) {
    self.source = source
    self.isa = isa
    self.machine = machine
    self.date = date
  }
}
