import Hewn

extension ReportText {
  package static func compile(_ report: CompileReport, _ style: Style) -> String {
    let totals = report.totals
    return [
      header(
        report.model, version: report.hewnVersion, device: report.plan.device,
        instructionSet: report.plan.instructionSet,
        threads: report.plan.threads, batch: report.plan.batch, engine: report.plan.engine,
        costs: report.plan.costs),
      ports(report.plan, style),
      style.bold(
        "\(totals.layers) layers, \(totals.sparseLayers) sparse, \(totals.denseLayers) dense"),
      "written to \(report.file): \(Numbers.bytes(report.fileByteCount)), in"
        + " \(Numbers.significant(report.milliseconds)) ms",
    ].joined(separator: "\n\n")
  }
}
