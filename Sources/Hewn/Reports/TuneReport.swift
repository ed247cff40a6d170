internal import CPUBackend

/// What kernels cost on this processor, and how well that predicts the layers of a model.
public struct TuneReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The kernels that were measured: `portable`, `avx2` or `avx512`.
  public var instructionSet: String
  /// The processor that they were measured on.
  public var processor: String
  /// When, in UTC as `2026-01-31T12:00:00Z`.
  public var date: String
  /// How long was measured.
  public var durationSeconds: Double
  /// The file that the costs were written to; `nil` where they were not.
  @Nullable public var file: String?
  /// The machine that the built-in costs were measured on.
  public var builtInMachine: String
  /// The costs, in nanoseconds on one core.
  public var costs: [Entry]
  /// Predictions and choices of a model by these costs; `nil` without a model.
  @Nullable public var comparison: Comparison?

  /// One measured cost beside the built-in one.
  public struct Entry: Codable, Sendable, Equatable {
    /// What was measured, as `tap` or `winograd.product`.
    public var name: String
    /// The rows of the block; `nil` where there are none. The tile of a Winograd transform.
    @Nullable public var rows: Int?
    /// The vectors of the tile; `nil` where there are none.
    @Nullable public var vectors: Int?
    /// The measured time.
    public var nanoseconds: Double
    /// The built-in time; `nil` where there is none.
    @Nullable public var builtInNanoseconds: Double?
    /// The measured time over the built-in one; `nil` where that is zero.
    @Nullable public var ratio: Double?

    package init(
      name: String, rows: Int? = nil, vectors: Int? = nil, nanoseconds: Double,
      builtInNanoseconds: Double?
    ) {
      self.name = name
      self.rows = rows
      self.vectors = vectors
      self.nanoseconds = nanoseconds.rounded(places: 4)
      self.builtInNanoseconds = builtInNanoseconds?.rounded(places: 4)
      ratio = builtInNanoseconds.flatMap {
        $0 > 0 ? (nanoseconds / $0).rounded(places: 4) : nil
      }
    }

    private enum CodingKeys: String, CodingKey {
      case name, rows, vectors, ratio
      case nanoseconds = "ns"
      case builtInNanoseconds = "built_in_ns"
    }
  }

  package init(
    hewnVersion: String = Release.version, instructionSet: String, processor: String, date: String,
    durationSeconds: Double, file: String? = nil, builtInMachine: String, costs: [Entry],
    comparison: Comparison? = nil
  ) {
    self.hewnVersion = hewnVersion
    self.instructionSet = instructionSet
    self.processor = processor
    self.date = date
    self.durationSeconds = durationSeconds
    self.file = file
    self.builtInMachine = builtInMachine
    self.costs = costs
    self.comparison = comparison
  }

  /// Every cost of a table beside that of the built-in one.
  static func entries(_ table: CPUCostTable, builtIn: CPUCostTable) -> [Entry] {
    var entries: [Entry] = []
    for (name, rows, others) in [
      ("tap", table.tap, builtIn.tap),
      ("unalignedTap", table.unalignedTap, builtIn.unalignedTap),
      ("block", table.block, builtIn.block),
    ] {
      for (height, row) in rows.enumerated() {
        for (vectors, time) in row.enumerated().dropFirst() {
          let other = others.indices.contains(height) ? others[height] : []
          entries.append(
            Entry(
              name: name, rows: height, vectors: vectors, nanoseconds: time,
              builtInNanoseconds: vectors < other.count ? other[vectors] : nil))
        }
      }
    }
    for (name, time, other) in [
      ("finish", table.finish, builtIn.finish), ("part", table.part, builtIn.part),
      ("panel", table.panel, builtIn.panel),
      ("gatheredLeaf", table.gatheredLeaf, builtIn.gatheredLeaf),
      ("winograd.weights", table.winograd.weights, builtIn.winograd.weights),
    ] { entries.append(Entry(name: name, nanoseconds: time, builtInNanoseconds: other)) }
    let products = builtIn.winograd.product
    for (vectors, time) in table.winograd.product.enumerated().dropFirst() {
      entries.append(
        Entry(
          name: "winograd.product", vectors: vectors, nanoseconds: time,
          builtInNanoseconds: vectors < products.count ? products[vectors] : nil))
    }
    for transform in table.winograd.transforms {
      let other = builtIn.winograd.transforms.first { $0.tile == transform.tile }
      for (name, time, builtIn) in [
        ("winograd.input", transform.input, other?.input),
        ("winograd.output", transform.output, other?.output),
      ] {
        entries.append(
          Entry(
            name: name, rows: transform.tile, nanoseconds: time, builtInNanoseconds: builtIn))
      }
    }
    return entries
  }

  private enum CodingKeys: String, CodingKey {
    case processor, date, file, costs, comparison
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
    case instructionSet = "instruction_set"
    case durationSeconds = "duration_s"
    case builtInMachine = "built_in_machine"
  }
}
