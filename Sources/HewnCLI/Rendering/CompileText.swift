import Hewn

extension ReportText {
  package static func compile(_ report: CompileReport, _ style: Style) -> String {
    let totals = report.totals
    return [
      header(report.model, version: report.hewnVersion, report.plan, costs: report.plan.costs),
      ports(report.plan, style),
      style.bold(
        "\(totals.layers) layers, \(totals.sparseLayers) sparse, \(totals.denseLayers) dense"),
      "written to \(report.file): \(Numbers.bytes(report.fileByteCount)), in"
        + " \(Numbers.significant(report.milliseconds)) ms",
    ].joined(separator: "\n\n")
  }
}
