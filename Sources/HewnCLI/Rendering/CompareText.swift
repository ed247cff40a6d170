import Hewn

extension ReportText {
  package static func compare(_ report: CompareReport, _ style: Style) -> String {
    var table = TextTable([
      .left("output"), .left("shape"), .right("max abs"), .right("max rel"), .right("max |want|"),
      .right("at"), .right("non-finite"), .right("top-1"), .left("result"),
    ])
    for (name, output) in report.outputs.sorted(by: { $0.key < $1.key }) {
      let passes = output.passes(tolerance: report.tolerance)
      table.add(
        [
          name, Numbers.shape(output.shape), Numbers.scientific(output.maxAbsolute),
          Numbers.scientific(output.maxRelative), Numbers.significant(output.maxExpected),
          String(output.worstIndex),
          output.nonFiniteCount == 0 ? "" : String(output.nonFiniteCount),
          output.top1Agreement.map(Numbers.percent) ?? "", passes ? "ok" : "too far",
        ], emphasis: passes ? .none : .warning)
    }
    let verdict = report.passed ? style.green("passed") : style.red("failed")
    let inputs = report.seed.map { "random inputs of seed \($0)" } ?? "given inputs"
    return [
      header(report.model, version: report.hewnVersion, report.plan),
      table.render(style),
      "\(verdict): against \(report.against), tolerance "
        + "\(Numbers.scientific(report.tolerance)), \(inputs)",
    ].joined(separator: "\n\n")
  }
}
