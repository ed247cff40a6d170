import Hewn

extension ReportText {
  package static func tune(_ report: TuneReport, _ style: Style) -> String {
    var sections = [
      """
      hewn \(report.hewnVersion), costs of \(report.instructionSet), measured on \
      \(day(report.date)) for \(Numbers.significant(report.durationSeconds)) s
      on \(report.processor); built-in on \(report.builtInMachine)
      """,
      blocks(report.costs, style), others(report.costs, style),
    ]
    if let comparison = report.comparison {
      sections.append(header(comparison))
      sections.append(layers(comparison, style))
      sections.append(verdict(comparison, style))
    }
    sections.append(
      report.file.map { "written to \($0)" }
        ?? "nothing was written")
    return sections.joined(separator: "\n\n")
  }

  /// The taps and the starts of blocks, one row for each kernel.
  private static func blocks(_ costs: [TuneReport.Entry], _ style: Style) -> String {
    var table = TextTable([
      .right("rows"), .right("vectors"), .right("tap ns"), .right("built-in"), .right("ratio"),
      .right("block ns"), .right("built-in"), .right("ratio"),
    ])
    for tap in costs where tap.name == "tap" {
      let block = costs.first {
        $0.name == "block" && $0.rows == tap.rows && $0.vectors == tap.vectors
      }
      table.add(
        [tap.rows.map(String.init) ?? "", tap.vectors.map(String.init) ?? ""] + times(tap)
          + times(block))
    }
    return table.render(style)
  }

  private static func others(_ costs: [TuneReport.Entry], _ style: Style) -> String {
    var table = TextTable([.left("cost"), .right("ns"), .right("built-in"), .right("ratio")])
    for cost in costs where cost.name != "tap" && cost.name != "block" {
      let size = [cost.rows, cost.vectors].compactMap { $0.map { " \($0)" } }.joined()
      table.add([cost.name + size] + times(cost))
    }
    return table.render(style)
  }

  private static func times(_ cost: TuneReport.Entry?) -> [String] {
    [
      cost.map { Numbers.fixed($0.nanoseconds, places: 3) } ?? "",
      cost?.builtInNanoseconds.map { Numbers.fixed($0, places: 3) } ?? "", ratio(cost?.ratio),
    ]
  }

  private static func ratio(_ ratio: Double?) -> String {
    ratio.map { Numbers.fixed($0, places: 2) } ?? ""
  }

  private static func header(_ comparison: TuneReport.Comparison) -> String {
    let threads = comparison.threads
    return "\(comparison.model.file): batch \(comparison.batch),"
      + " \(threads) thread\(threads == 1 ? "" : "s"); ratios are predicted over measured"
  }

  private static func layers(_ comparison: TuneReport.Comparison, _ style: Style) -> String {
    var table = TextTable([
      .right("#"), .left("layer"), .left("op"), .left("engine"), .right("predicted ms"),
      .right("ms"), .right("ratio"), .right("dense predicted"), .right("dense ms"),
      .right("ratio"), .left("built-in choice"), .left("remark"),
    ])
    for (index, layer) in comparison.layers.enumerated() {
      let isWrong = layer.isWrongChoice == true
      let change =
        layer.builtInEngine != layer.engine
        ? layer.builtInEngine : layer.hasOtherCover ? "another cover" : ""
      table.add(
        [
          String(index + 1), layer.name.shortened(to: nameWidth),
          layer.op.shortened(to: nameWidth), layer.engine == "other" ? "" : layer.engine,
          milliseconds(layer.predictedMilliseconds), milliseconds(layer.milliseconds),
          ratio(layer.ratio), milliseconds(layer.predictedDenseMilliseconds),
          milliseconds(layer.denseMilliseconds), ratio(layer.denseRatio), change,
          isWrong ? "dense is faster" : "",
        ], emphasis: isWrong ? .warning : .none)
    }
    return table.render(style)
  }

  private static func verdict(_ comparison: TuneReport.Comparison, _ style: Style) -> String {
    var lines: [String] = []
    for (name, errors) in [
      ("chosen kernels", comparison.errors), ("dense kernels", comparison.denseErrors),
    ] {
      guard let errors else { continue }
      lines.append(
        "\(name): predictions of \(errors.layers) layers are off by"
          + " \(Numbers.percent(errors.median)) (median), \(Numbers.percent(errors.p90))"
          + " (90th percentile)")
    }
    let wrong = comparison.wrongChoices
    let sparse = comparison.layers.count { $0.engine == "sparse" }
    let text =
      "\(wrong) of \(sparse) sparse layers are slower than their dense kernels by more than 5 %"
    lines.append(wrong > 0 ? style.yellow(text) : text)
    lines.append(
      "against the built-in costs: \(comparison.changedEngines) layers change their engine,"
        + " \(comparison.changedCovers) their cover")
    return lines.joined(separator: "\n")
  }
}
