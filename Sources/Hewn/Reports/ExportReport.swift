/// What writing a model gave.
public struct ExportReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The model that was read.
  public var model: ModelSummary
  /// The file that was written.
  public var file: String
  /// Its size.
  public var byteCount: Int

  package init(
    hewnVersion: String = Release.version, model: ModelSummary, file: String, byteCount: Int
  ) {
    self.hewnVersion = hewnVersion
    self.model = model
    self.file = file
    self.byteCount = byteCount
  }

  private enum CodingKeys: String, CodingKey {
    case model, file
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
    case byteCount = "bytes"
  }
}
