internal import Scores
internal import Tensors

/// The output of a plan that is read as class scores, N × K with further extents 1.
struct ClassOutput {
  let name: String
  /// K.
  let classCount: Int

  /// Finds the output.
  ///
  /// - Parameter name: its name; `nil` for the only one that looks like class scores.
  /// - Throws: `invalidArgument` where there is none or several.
  init(of plan: Plan, named name: String?) throws(HewnError) {
    let scored = plan.outputs.compactMap { port in
      ScoredClasses.count(in: port.shape, batch: plan.batch).map { (name: port.name, count: $0) }
    }
    let candidates = scored.filter { name == nil || $0.name == name }
    guard candidates.count == 1, let output = candidates.first else {
      throw Self.error(name, scored: scored.map(\.name), plan: plan)
    }
    self.name = output.name
    classCount = output.count
  }

  static func error(_ name: String? = nil, scored: [String] = [], plan: Plan) -> HewnError {
    let outputs = plan.outputs.map { "\"\($0.name)\" (\(Shape($0.shape)))" }.joined(separator: ", ")
    if let name {
      return HewnError(
        .invalidArgument,
        "no output \"\(name)\" holds class scores, \(plan.batch)×K; the outputs are \(outputs)")
    }
    return HewnError(
      .invalidArgument,
      scored.isEmpty
        ? "no output holds class scores, \(plan.batch)×K; the outputs are \(outputs)"
        : "several outputs hold class scores: name one of \(quoted(scored))")
  }

  /// - Throws: `invalidArgument` for another number of labels than of images, and for a label outside
  ///   of the classes.
  func check(_ labels: [Int], imageCount: Int) throws(HewnError) {
    guard labels.count == imageCount else {
      throw HewnError(.invalidArgument, "\(labels.count) labels for \(imageCount) images")
    }
    if let label = labels.first(where: { !(0..<classCount).contains($0) }) {
      throw HewnError(
        .invalidArgument, "label \(label) is outside of the \(classCount) classes of \"\(name)\"")
    }
  }
}
