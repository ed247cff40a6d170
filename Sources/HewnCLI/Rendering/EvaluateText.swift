import Hewn

extension ReportText {
  package static func evaluate(_ report: EvaluateReport, _ style: Style) -> String {
    var table = TextTable([
      .left("right class"), .right("images"), .right("accuracy"), .right("95 % interval"),
    ])
    let rows = [("top-1", report.top1)] + (report.top5.map { [("top-5", $0)] } ?? [])
    for (name, proportion) in rows {
      table.add([
        name, Numbers.grouped(proportion.count), Numbers.percent(proportion.accuracy),
        "\(proportion.lower * 100, places: 1) - \(Numbers.percent(proportion.upper))",
      ])
    }
    var images = "\(grouped: report.images.count) images"
    if let source = report.images.source { images += " of \(source)" }
    images += ", \(grouped: report.classCount) classes (output \"\(report.output)\")"
    if report.images.skippedCount > 0 {
      images += style.yellow("\n\(grouped: report.images.skippedCount) images left out")
    }
    if report.images.nonFiniteCount > 0 {
      images += style.yellow(
        "\n\(grouped: report.images.nonFiniteCount) images have scores that are not finite")
    }
    var times: [String] = []
    if let milliseconds = report.millisecondsPerImage {
      times.append("\(Numbers.significant(milliseconds)) ms per image")
    }
    if let seconds = report.seconds {
      times.append("\(Numbers.significant(seconds)) s in all, reading and decoding included")
    }
    return [
      header(report.model, version: report.hewnVersion, report.plan),
      images, table.render(style), times.joined(separator: ", "),
    ].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }
}
