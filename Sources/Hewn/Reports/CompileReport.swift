internal import PlanFiles
internal import Tensors

/// A plan file that was written.
public struct CompileReport: Report {
  /// The ending of plan files' names.
  public static let fileExtension = PlanFile.fileExtension

  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The model that was read.
  public var model: ModelSummary
  /// What the model was compiled to.
  public var plan: PlanSummary
  /// Sums over its layers.
  public var totals: InspectReport.Totals
  /// What binding the shapes changed or found.
  public var notes: [String]
  /// The plan file.
  public var file: String
  /// The size of the plan file.
  public var fileByteCount: Int
  /// The time that compiling and writing took.
  public var milliseconds: Double

  package init(
    hewnVersion: String = Release.version, model: ModelSummary, plan: PlanSummary,
    totals: InspectReport.Totals, notes: [String] = [], file: String, fileByteCount: Int,
    milliseconds: Double
  ) {
    self.hewnVersion = hewnVersion
    self.model = model
    self.plan = plan
    self.totals = totals
    self.notes = notes
    self.file = file
    self.fileByteCount = fileByteCount
    self.milliseconds = milliseconds.rounded(places: 6)
  }

  private enum CodingKeys: String, CodingKey {
    case model, plan, totals, notes, file
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
    case fileByteCount = "file_bytes"
    case milliseconds = "compile_ms"
  }
}

extension Plan {
  /// Reports that this plan was written to a file.
  ///
  /// - Throws: ``HewnError``: `io` where there is no such file.
  public func compileReport(file: String, milliseconds: Double) throws -> CompileReport {
    guard let size = Files.peek(file, count: 0)?.size else {
      throw HewnError(.io, "cannot read \(file)")
    }
    return CompileReport(
      model: model, plan: summary, totals: InspectReport.Totals(layers), notes: notes, file: file,
      fileByteCount: size, milliseconds: milliseconds)
  }
}
