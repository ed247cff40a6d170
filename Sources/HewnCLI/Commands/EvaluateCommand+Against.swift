import Datasets
import Hewn

extension EvaluateCommand {
  /// The report of a model and another one as text.
  func compare(
    _ model: Model, with other: Model, since start: ContinuousClock.Instant, _ console: Console
  ) throws -> String {
    try Self.checkInputs(model, other)
    let preprocessing = preprocessing.preprocessing
    let inputs = try [model, other].map {
      try ImageInput(of: $0, plan: plan, preprocessing: preprocessing)
    }
    var images = try openImages(
      size: inputs[0].size ?? inputs[1].size, requiresLabels: false, console)
    let shape = [batch(inputs[0].batch ?? inputs[1].batch, images)] + images.shape
    let options = plan.compileOptions(
      engine: settings.engine, inputShapes: [inputs[0].name: shape])
    var otherOptions = options
    // Shapes that are asked for are of the model's input, whose name may be another.
    otherOptions.shapes = [inputs[1].name: shape]
    var evaluation = try PairedEvaluation(
      compile(model, options, console), other: compile(other, otherOptions, console),
      output: settings.output, loss: settings.loss)
    let (device, otherDevice) = (evaluation.plan.device, evaluation.other.device)
    let (precision, otherPrecision) = (evaluation.plan.precision, evaluation.other.precision)
    if device != otherDevice || precision != otherPrecision {
      console.note(
        "\(model.summary.file) runs on \(device.rawValue) in \(precision.rawValue), the other model on"
          + " \(otherDevice.rawValue) in \(otherPrecision.rawValue)")
    }
    var obstacle = images.set.labelObstacle
    if let output = evaluation.output, let classCount = evaluation.classCount {
      obstacle =
        try obstacle
        ?? Self.unfitLabels(of: images.set, classCount: classCount, output: output)
    }
    try Progress(console).showingPhases { update in
      let count = Self.chunkCount(batch: shape[0], inputByteCount: 4 * images.shape.reduce(1, *))
      while let chunk = try images.next(count) {
        try evaluation.add(chunk.images, labels: obstacle == nil ? chunk.labels : nil)
        update("comparing,", images.fraction)
      }
    }
    images.noteSkipped(console)
    var report = Progress(console).during("computing intervals") {
      evaluation.report(
        source: images.source, skippedCount: images.skippedCount, peak: settings.peak)
    }
    if evaluation.output != nil, let obstacle { report.noAccuracyReason = obstacle }
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    return terminal.json ? try report.json() : ReportText.evaluate(report, console.style)
  }

  /// Finds models that do not take the same images before anything is compiled.
  ///
  /// - Throws: `invalidArgument` where extents other than the batch are fixed and differ.
  private static func checkInputs(_ model: Model, _ other: Model) throws {
    guard model.inputs.count == 1, other.inputs.count == 1,
      let extents = model.inputs[0].dimensions, let otherExtents = other.inputs[0].dimensions
    else { return }
    let fits =
      extents.count == otherExtents.count
      && zip(extents, otherExtents).dropFirst().allSatisfy { lhs, rhs in
        guard case .fixed = lhs, case .fixed = rhs else { return true }
        return lhs == rhs
      }
    guard !fits else { return }
    throw HewnError(
      .invalidArgument,
      "the models do not take the same images: those of \(model.summary.file) are"
        + " \(text(extents)), those of \(other.summary.file) \(text(otherExtents))")
  }

  /// Extents as `N×3×32×32`.
  private static func text(_ extents: [Model.Dimension]) -> String {
    extents.map { extent in
      switch extent {
      case .fixed(let count): String(count)
      case .free(let name): name ?? "?"
      }
    }.joined(separator: "×")
  }
}
