import Hewn

/// Reports as text; each function returns lines without a final newline.
package enum ReportText {
  /// The greatest width of layer and operator names in tables.
  package static let nameWidth = 36

  /// Which model, and what it runs on.
  ///
  /// - Parameter costs: the costs to tell of; `nil` for none.
  package static func header(
    _ model: ModelSummary, version: String, _ plan: PlanSummary, costs: CostSummary? = nil
  ) -> String {
    header(
      model, version: version, device: plan.device, instructionSet: plan.instructionSet,
      gpu: plan.gpu, precision: plan.precision, threads: plan.threads, batch: plan.batch,
      engine: plan.engine, costs: costs)
  }

  package static func header(
    _ model: ModelSummary, version: String, device: Device, instructionSet: String?,
    gpu: String? = nil, precision: Precision = .f32, threads: Int, batch: Int,
    engine: Engine? = nil, costs: CostSummary? = nil
  ) -> String {
    let plan = model.planFile.map { "\($0), compiled from " } ?? ""
    let producer = model.producer.isEmpty ? "" : ", by \(model.producer)"
    let engineText = engine.map { ", engine \($0.rawValue)" } ?? ""
    let details = [instructionSet, gpu, device.isGPU ? precision.rawValue : nil].compactMap { $0 }
    let detailText = details.isEmpty ? "" : " (\(details.joined(separator: ", ")))"
    let threadText = device == .cuda ? "" : ", \(threads) thread\(threads == 1 ? "" : "s")"
    let costText = costs.map { "\n\(self.costs($0))" } ?? ""
    return """
      \(plan)\(model.file): \(Numbers.bytes(model.byteCount)), opset \(model.opset)\(producer)
      hewn \(version), device \(device.rawValue)\(detailText)\(engineText)\(threadText), \
      batch \(batch)\(costText)
      """
  }

  /// Which costs decided.
  package static func costs(_ costs: CostSummary) -> String {
    switch costs.source {
    case .builtIn: "costs built-in \(costs.instructionSet), measured on \(costs.machine)"
    case .tuned:
      "costs \(costs.instructionSet), tuned on \(costs.date.map(day) ?? "an unknown day"),"
        + " on \(costs.machine)"
    }
  }

  /// The day of `2026-01-31T12:00:00Z`.
  package static func day(_ date: String) -> String { String(date.prefix { $0 != "T" }) }

  package static func ports(_ plan: PlanSummary, _ style: Style) -> String {
    var table = TextTable([.left("port"), .left("name"), .left("type"), .left("shape")])
    for (kind, ports) in [("input", plan.inputs), ("output", plan.outputs)] {
      for port in ports {
        table.add([kind, port.name, port.elementType.rawValue, Numbers.shape(port.shape)])
      }
    }
    return table.render(style)
  }

  /// Milliseconds in a table, to the nanosecond where they are few.
  package static func milliseconds(_ value: Double?) -> String {
    guard let value else { return "" }
    return value < 0.001 ? Numbers.fixed(value, places: 6) : Numbers.significant(value)
  }
}
