import Hewn

extension ReportText {
  package static func evaluate(_ report: PairedEvaluationReport, _ style: Style) -> String {
    [
      headers(report), images(report, style), accuracy(report, style), fidelity(report, style),
      resampling(report), times(report),
    ].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// Both models, and what the other runs on only where that differs.
  private static func headers(_ report: PairedEvaluationReport) -> String {
    let version = report.hewnVersion
    let model = header(report.model, version: version, report.plan)
    let other = header(report.other.model, version: version, report.other.plan)
    let isAlike = model.drop { $0 != "\n" } == other.drop { $0 != "\n" }
    return "\(model)\n\nagainst \(isAlike ? String(other.prefix { $0 != "\n" }) : other)"
  }

  private static func images(_ report: PairedEvaluationReport, _ style: Style) -> String {
    var lines = ["\(grouped: report.images.count) images"]
    if let source = report.images.source { lines[0] += " of \(source)" }
    if let accuracy = report.accuracy {
      lines[0] += ", \(grouped: accuracy.classCount) classes (output \"\(accuracy.output)\")"
    }
    if let reason = report.noAccuracyReason { lines.append("no accuracy: \(reason)") }
    if report.images.skippedCount > 0 {
      lines.append(style.yellow("\(grouped: report.images.skippedCount) images left out"))
    }
    if report.images.nonFiniteCount > 0 {
      lines.append(
        style.yellow(
          "\(grouped: report.images.nonFiniteCount) images have outputs that are not finite"))
    }
    return lines.joined(separator: "\n")
  }

  private static func accuracy(_ report: PairedEvaluationReport, _ style: Style) -> String {
    guard let accuracy = report.accuracy else { return "" }
    var table = TextTable([
      .left("right class"), .right("model"), .right("other"), .right("points"),
      .right("95 % interval"), .right("both"), .right("model only"), .right("other only"),
      .right("neither"), .right("McNemar p"),
    ])
    let rows = [("top-1", accuracy.top1)] + (accuracy.top5.map { [("top-5", $0)] } ?? [])
    for (name, pair) in rows {
      table.add([
        name, Numbers.percent(pair.model.accuracy), Numbers.percent(pair.other.accuracy),
        pair.differencePoints.map { signed($0.mean) } ?? "",
        pair.differencePoints.map { "\(signed($0.lower)) … \(signed($0.upper))" } ?? "",
        Numbers.grouped(pair.bothCount), Numbers.grouped(pair.modelOnlyCount),
        Numbers.grouped(pair.otherOnlyCount), Numbers.grouped(pair.neitherCount),
        Numbers.significant(pair.mcnemarP),
      ])
    }
    return table.render(style)
  }

  /// Percentage points with their sign.
  static func signed(_ points: Double) -> String {
    let text = Numbers.fixed(points, places: 2)
    return points > 0 ? "+" + text : text
  }

  private static func fidelity(_ report: PairedEvaluationReport, _ style: Style) -> String {
    var table = TextTable([
      .left("output"), .left("shape"), .left("against the other model"), .right("value"),
      .right("95 % interval"), .left("remark"),
    ])
    for (name, output) in report.outputs.sorted(by: { $0.key < $1.key }) {
      for (index, row) in rows(output).enumerated() {
        // The output is named where its rows begin.
        let title = index == 0 ? [name, Numbers.shape(output.shape)] : ["", ""]
        table.add(title + row)
      }
    }
    return table.render(style)
  }

  /// The measures of an output: name, value, interval and remark.
  private static func rows(_ output: OutputFidelity) -> [[String]] {
    var rows: [[String]] = []
    if let agreement = output.top1Agreement {
      rows.append(["top-1 agreement"] + cells(agreement, Numbers.percent) + [""])
    }
    if let divergence = output.divergence {
      rows.append(
        ["KL divergence, nats"] + cells(divergence.nats, Numbers.scientific)
          + [distributions(divergence)])
    }
    rows.append(["relative error, mean"] + cells(output.meanRelative, Numbers.scientific) + [""])
    rows.append([
      "relative error, largest", output.maxRelative.map(Numbers.scientific) ?? "-", "", "",
    ])
    if let squares = output.relativeSquares {
      rows.append(["squared error, relative", Numbers.scientific(squares), "", ""])
    }
    if let psnr = output.psnr { rows.append(row(psnr)) }
    if output.nonFiniteCount > 0 {
      rows.append(["images not finite", Numbers.grouped(output.nonFiniteCount), "", "left out"])
    }
    return rows
  }

  private static func row(_ psnr: OutputFidelity.PSNR) -> [String] {
    let peak = "peak \(Numbers.significant(psnr.peak))"
    if let decibels = psnr.decibels {
      let identical =
        psnr.identicalCount > 0 ? ", without \(grouped: psnr.identicalCount) identical" : ""
      return ["PSNR, dB"] + cells(decibels) { Numbers.fixed($0, places: 2) } + [peak + identical]
    }
    return psnr.identicalCount > 0
      ? ["PSNR, dB", "∞", "", "\(peak), all identical"] : ["PSNR, dB", "-", "", peak]
  }

  private static func cells(_ estimate: Estimate?, _ text: (Double) -> String) -> [String] {
    guard let estimate else { return ["-", ""] }
    return [text(estimate.mean), "\(text(estimate.lower)) … \(text(estimate.upper))"]
  }

  private static func distributions(_ divergence: OutputFidelity.Divergence) -> String {
    switch (divergence.modelSoftmax, divergence.otherSoftmax) {
    case (false, false): "outputs are distributions"
    case (true, true): "softmax of both outputs"
    case (true, false): "softmax of the model's output alone"
    case (false, true): "softmax of the other's output alone"
    }
  }

  private static func resampling(_ report: PairedEvaluationReport) -> String {
    "intervals: bootstrap over images, \(grouped: report.resampling.count) resamples of seed"
      + " \(report.resampling.seed)"
  }

  private static func times(_ report: PairedEvaluationReport) -> String {
    var times: [String] = []
    if let model = report.millisecondsPerImage, let other = report.other.millisecondsPerImage {
      times.append(
        "\(Numbers.significant(model)) ms per image, the other \(Numbers.significant(other)) ms")
    }
    if let seconds = report.seconds {
      times.append("\(Numbers.significant(seconds)) s in all, reading and decoding included")
    }
    return times.joined(separator: ", ")
  }
}
