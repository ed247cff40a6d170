import Hewn

extension ReportText {
  package static func inspect(_ report: InspectReport, _ style: Style) -> String {
    var sections = [
      header(report.model, version: report.hewnVersion, report.plan, costs: report.plan.costs),
      ports(report.plan, style),
      layers(report.layers, style),
      totals(report, style),
    ]
    if let passes = report.passes { sections.append(self.passes(passes, style)) }
    return sections.joined(separator: "\n\n")
  }

  private static func layers(_ layers: [LayerSummary], _ style: Style) -> String {
    var table = TextTable([
      .right("#"), .left("layer"), .left("op"), .right("M×K"), .right("zeros"),
      .left("segments"), .right("leaves"), .right("filled"), .left("tile"), .right("stages"),
      .right("waves"), .right("shared"), .left("limiter"), .right("sparse ms"),
      .right("dense ms"), .right("ms"), .left("engine"), .left("reason"),
    ])
    for (index, layer) in layers.enumerated() {
      table.add([
        String(index + 1), layer.name.shortened(to: nameWidth), layer.op.shortened(to: nameWidth),
        matrix(layer), zip(layer.zeros, layer.weights).map { Numbers.percent($0, of: $1) } ?? "",
        segments(layer), layer.leaves.map(Numbers.grouped) ?? "",
        layer.filledSlots.map(Numbers.grouped) ?? "",
        layer.kernel?.tile ?? "", layer.kernel.map { String($0.stageCount) } ?? "",
        layer.kernel.map { Numbers.significant($0.waves) } ?? "",
        layer.kernel.map { Numbers.bytes($0.sharedByteCount) } ?? "", layer.kernel?.limiter ?? "",
        milliseconds(layer.predictedSparseMilliseconds),
        milliseconds(layer.predictedDenseMilliseconds), milliseconds(layer.predictedMilliseconds),
        layer.engine == "other" ? "" : layer.engine, layer.reason,
      ])
    }
    return table.render(style)
  }

  private static func matrix(_ layer: LayerSummary) -> String {
    zip(layer.rows, layer.taps).map { "\($0)×\($1)" } ?? ""
  }

  /// Segments as `height:count`, tallest first.
  private static func segments(_ layer: LayerSummary) -> String {
    guard let segments = layer.segments else { return "" }
    return segments.isEmpty
      ? "-"
      : segments.sorted { $0.key > $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: " ")
  }

  private static func zip<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
    if let a, let b { (a, b) } else { nil }
  }

  private static func totals(_ report: InspectReport, _ style: Style) -> String {
    let totals = report.totals
    var lines = [
      style.bold(
        "\(totals.layers) layers, \(totals.sparseLayers) sparse, \(totals.denseLayers) dense")
    ]
    if totals.weights > 0 {
      lines.append(
        "\(grouped: totals.weights) weights, "
          + "\(Numbers.percent(totals.zeros, of: totals.weights)) zero; "
          + "\(grouped: totals.segments) segments with \(grouped: totals.filledSlots) filled "
          + "slots, \(grouped: totals.leaves) leaves")
    }
    lines.append(
      "\(Numbers.significant(Double(totals.denseFlops) / 1e6)) MFLOP dense, "
        + "\(Numbers.significant(Double(totals.nonZeroFlops) / 1e6)) MFLOP without zeros")
    if let predicted = totals.predictedMilliseconds {
      var line = "predicted \(Numbers.significant(predicted)) ms"
      if let dense = totals.predictedDenseMilliseconds, predicted > 0 {
        line +=
          ", all dense \(Numbers.significant(dense)) ms: \(dense / predicted, places: 2)× faster"
      }
      lines.append(line)
    }
    if report.plan.layersByImage > 0 {
      lines.append("the first \(grouped: report.plan.layersByImage) layers run image by image")
    }
    lines.append(
      "\(Numbers.bytes(report.plan.weightByteCount)) of weights, "
        + "\(Numbers.bytes(report.plan.activationByteCount)) of activations")
    return lines.joined(separator: "\n")
  }

  private static func passes(_ passes: [PassSummary], _ style: Style) -> String {
    var lines = [style.bold("passes")]
    for pass in passes {
      var counts = pass.applied.isEmpty ? "no effect" : "applied \(pass.applied.count)×"
      if !pass.blocked.isEmpty { counts += ", blocked \(pass.blocked.count)×" }
      lines.append("\(pass.name): \(counts)")
      lines += pass.applied.map { "  \($0.node): \($0.what)" }
      lines += pass.blocked.map { style.yellow("  blocked at \($0.node): \($0.what)") }
    }
    return lines.joined(separator: "\n")
  }
}
