import Hewn

extension ReportText {
  package static func run(_ report: RunReport, _ style: Style) -> String {
    var table = TextTable([
      .left("output"), .left("type"), .left("shape"), .right("min"), .right("max"),
      .right("mean"), .right("non-finite"), .left("file"),
    ])
    for (name, output) in report.outputs.sorted(by: { $0.key < $1.key }) {
      table.add(
        [
          name, output.elementType.rawValue, Numbers.shape(output.shape),
          output.min.map(Numbers.significant) ?? "", output.max.map(Numbers.significant) ?? "",
          output.mean.map(Numbers.significant) ?? "",
          output.nonFiniteCount == 0 ? "" : String(output.nonFiniteCount), output.file ?? "",
        ], emphasis: output.nonFiniteCount == 0 ? .none : .warning)
    }
    var sections = [
      header(report.model, version: report.hewnVersion, report.plan),
      table.render(style),
    ]
    sections += (report.top ?? []).map { top($0, style) }
    sections.append("one run, not warmed up: \(Numbers.significant(report.milliseconds)) ms")
    return sections.joined(separator: "\n\n")
  }

  private static func top(_ item: RunReport.Item, _ style: Style) -> String {
    let subject = item.image ?? "item \(item.item)"
    let remark =
      item.isSoftmax ? " (softmax of \"\(item.output)\", which does not sum to 1)" : ""
    var table = TextTable([.right("probability"), .right("class"), .left("label")])
    for score in item.classes {
      table.add([
        Numbers.percent(score.probability), String(score.index), score.label ?? "",
      ])
    }
    return style.bold(subject) + remark + "\n" + table.render(style)
  }
}
