import Hewn

extension ReportText {
  package static func reprune(_ report: RepruneReport, _ style: Style) -> String {
    [
      header(
        report.model, version: report.hewnVersion, device: report.target.device,
        instructionSet: report.target.instructionSet, gpu: report.target.gpu,
        precision: report.target.precision, threads: report.target.threads,
        batch: report.target.batch, costs: report.target.costs),
      images(report), layers(report, style), leftAlone(report), points(report, style),
      verdict(report, style),
    ].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private static func images(_ report: RepruneReport) -> String {
    func text(_ images: RepruneReport.Images) -> String {
      "\(Numbers.grouped(images.count)) images" + (images.source.map { " of \($0)" } ?? "")
    }
    guard let calibration = report.calibration else {
      return "no images: weights are dropped by their squares"
    }
    let judge = report.evaluation.map { ", judged by \(text($0))" } ?? ""
    let loss = report.method.loss.map { ", outputs compared by \($0.rawValue)" } ?? ""
    return "fitted to \(text(calibration))\(judge)\(loss)"
  }

  private static func layers(_ report: RepruneReport, _ style: Style) -> String {
    guard !report.layers.isEmpty else { return "" }
    var table = TextTable([
      .right("#"), .left("layer"), .right("filters"), .right("taps"), .left("form"),
      .right("zeros"), .right("dropped"), .right("filled"), .right("refitted"),
      .right("error"), .right("predicted ms"), .right("measured ms"),
    ])
    for (index, layer) in report.layers.enumerated() {
      let weights = layer.filters * layer.taps
      let zeros = layer.zeroCount + layer.droppedCount - layer.filledCount
      table.add([
        String(index + 1), layer.name.shortened(to: nameWidth), Numbers.grouped(layer.filters),
        Numbers.grouped(layer.taps), layer.form, Numbers.percent(zeros, of: weights),
        Numbers.grouped(layer.droppedCount), Numbers.grouped(layer.filledCount),
        Numbers.grouped(layer.refittedCount), Numbers.significant(layer.relativeError),
        change(layer.predictedBefore, layer.predictedAfter),
        layer.measuredBefore.flatMap { before in
          layer.measuredAfter.map { change(before, $0) }
        } ?? "",
      ])
    }
    return table.render(style)
  }

  private static func change(_ before: Double, _ after: Double) -> String {
    "\(Numbers.significant(before)) → \(Numbers.significant(after))"
  }

  private static func leftAlone(_ report: RepruneReport) -> String {
    var names: [String: [String]] = [:]
    for layer in report.leftAlone { names[layer.reason, default: []].append(layer.name) }
    return names.sorted { $0.key < $1.key }.map { reason, layers in
      let shown = layers.prefix(3).joined(separator: ", ")
      return "left alone: \(shown)\(layers.count > 3 ? " and \(layers.count - 3) more" : ""):"
        + " \(reason)"
    }.joined(separator: "\n")
  }

  /// The frontier, or the network that was read beside the one that was found.
  private static func points(_ report: RepruneReport, _ style: Style) -> String {
    var table = TextTable([
      .left("network"), .right("zeros"), .right("layers, predicted ms"),
      .right("layers, measured ms"), .right("network ms"), .right("speed-up"),
      .right("predicted loss"), .right("measured loss"), .right("top-1"),
    ])
    guard let original = report.unchanged else { return "" }
    let shown = [original] + (report.result.map { [$0] } ?? Array(report.points.dropFirst()))
    for (index, point) in shown.enumerated() {
      let speedup = point.networkMilliseconds.flatMap { milliseconds in
        original.networkMilliseconds.map { $0 / milliseconds }
      }
      table.add([
        index == 0 ? "as it was" : name(of: point, isFound: report.result != nil),
        Numbers.percent(point.zeros), Numbers.significant(point.predictedMilliseconds),
        point.measuredMilliseconds.map(Numbers.significant) ?? "",
        point.networkMilliseconds.map(Numbers.significant) ?? "",
        speedup.map { Numbers.fixed($0, places: 2) + "×" } ?? "",
        Numbers.significant(point.predictedLoss),
        point.measuredLoss.map(Numbers.significant) ?? "",
        point.accuracy.map(Numbers.percent) ?? "",
      ])
    }
    return table.render(style)
  }

  private static func name(of point: RepruneReport.Point, isFound: Bool) -> String {
    if let lambda = point.lambda { return "λ \(Numbers.significant(lambda))" }
    return isFound ? "found" : "least loss"
  }

  private static func verdict(_ report: RepruneReport, _ style: Style) -> String {
    guard let budget = report.budget else { return "" }
    var lines = [
      budget.isMet
        ? style.green("budget met: \(reached(budget))")
        : style.yellow("budget not met: \(reached(budget))")
    ]
    if let difference = report.accuracy?.differencePoints {
      lines.append(
        "top-1 \(signed(difference.mean)) points, 95 % interval \(signed(difference.lower)) …"
          + " \(signed(difference.upper))")
    }
    if let file = report.file { lines.append("written: \(file)") }
    if let masks = report.masks { lines.append("masks: \(masks)") }
    return lines.joined(separator: "\n")
  }

  /// What was reached of what was asked for.
  package static func reached(_ budget: RepruneReport.Budget) -> String {
    let (reached, asked) = (budget.reached, budget.asked)
    switch budget.kind {
    case "accuracy-drop":
      return "a drop of \(Numbers.fixed(reached, places: 2)) points of \(asked)"
    case "speedup":
      return "a speed-up of \(Numbers.fixed(reached, places: 2)) of \(asked)"
    case "zeros":
      return "\(Numbers.fixed(reached, places: 1)) % zeros of \(asked) %"
    default:
      return "an error of \(Numbers.significant(reached)) of \(asked)"
    }
  }
}
