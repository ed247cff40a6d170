import Hewn

extension ReportText {
  package static func operators(_ report: OperatorsReport, _ style: Style) -> String {
    var table = TextTable([
      .left("operator"), .left("operator sets"), .left("inputs"), .left("outputs"), .left("CPU"),
      .left("GPU"),
    ])
    for entry in report.operators {
      table.add([
        entry.type, entry.opsets.text, entry.inputs.text, entry.outputs.text, entry.cpu.rawValue,
        entry.gpu.rawValue,
      ])
    }
    return [
      "hewn \(report.hewnVersion) reads \(report.operators.count) operators of the operator sets"
        + " \(report.opsets.text)",
      table.render(style),
    ].joined(separator: "\n\n")
  }
}

/// The list of operators as a document.
package enum OperatorsMarkdown {
  /// The whole document, without a final newline.
  package static func document(_ report: OperatorsReport) -> String {
    let rows = report.operators.map { entry in
      let becomes = entry.becomes == [entry.type] ? "" : entry.becomes.joined(separator: ", ")
      return "| \(entry.type) | \(entry.opsets.text) | \(entry.inputs.text) | \(entry.outputs.text)"
        + " | \(entry.cpu.rawValue) | \(entry.gpu.rawValue) | \(becomes) |"
    }
    return """
      # Operators

      The operators of ONNX (domain `ai.onnx`, operator sets \(report.opsets.text)) that Hewn
      reads; `hewn operators` prints this list. Everything runs on the reference device too.

      - **operator sets**: those in which the type is read. Older forms become the newest one.
      - **CPU**: `kernel` where kernels compute it, `reference` where the reference implementation
        does, because such nodes take no time in a CNN, and `constant` where nothing is computed.
        Kernels take float32; a node that reads or writes another element type, or whose weights are
        not constant, is computed by the reference too, and `hewn inspect` says why.
      - **GPU**: the same for `--device cuda` and `emulator`; what is `reference` there, or no float32, is
        refused unless `--cpu-fallback` is given ([gpu.md](gpu.md)).
      - **becomes**: the operators of Hewn that its plainest node turns into, where they are others.

      | operator | operator sets | inputs | outputs | CPU | GPU | becomes |
      |---|---|---|---|---|---|---|
      \(rows.joined(separator: "\n"))
      """
  }
}

extension OperatorsReport.Range {
  /// The range as `7–27`, `1 or more`, or a single number.
  fileprivate var text: String {
    guard let max else { return "\(min) or more" }
    return min == max ? "\(min)" : "\(min)–\(max)"
  }
}
