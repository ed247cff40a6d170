import Hewn

extension ReportText {
  package static func bench(_ report: BenchReport, showsLayers: Bool, _ style: Style) -> String {
    var sections = [
      header(
        report.model, version: report.hewnVersion, device: report.device,
        instructionSet: report.instructionSet, gpu: report.gpu, precision: report.precision,
        threads: report.threads, batch: report.batch, costs: report.costs)
    ]
    if showsLayers { sections.append(layers(report, style)) }
    sections.append(timings(report, style))
    if let verdict = verdict(report, style) { sections.append(verdict) }
    return sections.joined(separator: "\n\n")
  }

  /// The engines of a report, the sparse one first.
  private static func engineNames(_ report: BenchReport) -> [String] {
    ["sparse", "dense"].filter { report.engines[$0] != nil }
  }

  private static func timings(_ report: BenchReport, _ style: Style) -> String {
    var table = TextTable([
      .left("engine"), .right("runs"), .right("min ms"), .right("mean ms"), .right("median ms"),
      .right("p90 ms"), .right("p95 ms"), .right("p99 ms"), .right("max ms"), .right("items/s"),
    ])
    for name in engineNames(report) {
      guard let timing = report.engines[name] else { continue }
      let times = [
        timing.min, timing.mean, timing.median, timing.p90, timing.p95, timing.p99, timing.max,
      ]
      table.add(
        [name, Numbers.grouped(timing.iterations)] + times.map { Numbers.fixed($0, places: 3) }
          + [Numbers.significant(timing.itemsPerSecond)])
    }
    return table.render(style)
  }

  private static func layers(_ report: BenchReport, _ style: Style) -> String {
    let engines = engineNames(report)
    var table = TextTable(
      [.right("#"), .left("layer"), .left("op"), .left("engine")]
        + engines.map { .right("\($0) ms") } + [
          .right("share"), .right("GFLOP/s"), .right("dense-eq."), .right("peak"),
          .right("bound"), .right("predicted ms"), .left("remark"),
        ])
    for (index, layer) in report.layers.enumerated() {
      let isWrong = layer.isWrongChoice == true
      let name = layer.name.shortened(to: nameWidth)
      table.add(
        [
          String(index + 1), name, layer.op.shortened(to: nameWidth),
          layer.engine == "other" ? "" : layer.engine,
        ] + engines.map { milliseconds(layer.milliseconds[$0]) } + [
          layer.share.map(Numbers.percent) ?? "", rate(layer.gflops, layer.nonZeroFlops),
          rate(layer.denseEquivalentGFLOPs, layer.denseFlops),
          layer.nonZeroFlops == 0 ? "" : layer.shareOfPeak.map(Numbers.percent) ?? "",
          shareOfBound(layer, engines.first), milliseconds(layer.predictedMilliseconds),
          isWrong ? "dense is faster" : "",
        ], emphasis: isWrong ? .warning : .none)
    }
    return table.render(style)
  }

  /// How near a layer came to the least time of its kernels.
  private static func shareOfBound(_ layer: BenchReport.Layer, _ engine: String?) -> String {
    guard let bound = layer.boundMilliseconds, let engine,
      let measured = layer.milliseconds[engine], measured > 0
    else { return "" }
    return Numbers.percent(bound / measured)
  }

  private static func rate(_ gflops: Double?, _ flops: Int) -> String {
    flops == 0 ? "" : gflops.map(Numbers.significant) ?? ""
  }

  private static func verdict(_ report: BenchReport, _ style: Style) -> String? {
    guard let speedup = report.speedup else { return nil }
    let text = "sparse against dense: \(Numbers.fixed(speedup, places: 2))× (ratio of medians)"
    var lines = [speedup >= 1 ? style.green(text) : style.yellow(text)]
    let choices = report.layers.compactMap(\.isWrongChoice)
    let wrong = choices.count { $0 }
    if wrong > 0 {
      lines.append(
        style.yellow(
          "\(wrong) of \(choices.count) sparse layers are slower than their dense kernels by more"
            + " than 5 %"))
    } else if !choices.isEmpty {
      lines.append("every sparse choice held: \(choices.count) of \(choices.count) layers")
    }
    return lines.joined(separator: "\n")
  }
}
