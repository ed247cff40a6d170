internal import Tensors

/// Measures how often a plan finds the right class.
///
/// ```swift
/// let plan = try model.compile(CompileOptions(batch: 16))
/// var evaluation = try Evaluation(plan)
/// try evaluation.add(images, labels: [3, 0, 7])
/// print(evaluation.report().top1.accuracy)
/// ```
///
/// A class is right at top-k when fewer than k classes have a greater score; of equal scores, the
/// one with the smaller index counts as greater.
public struct Evaluation: ~Copyable {
  /// The k of top-k beside 1.
  public static let top = 5

  /// What is measured.
  public let plan: Plan
  /// The output that is read as class scores.
  public let output: String
  /// The classes that the output has scores of.
  public let classCount: Int
  /// The images that were added.
  public private(set) var imageCount = 0
  /// The images whose class has the greatest score.
  public private(set) var top1Count = 0
  /// The images whose class is among those with the ``top`` greatest scores.
  public private(set) var topCount = 0
  /// The images with a score that is infinite or no number.
  public private(set) var nonFiniteCount = 0

  private var session: Session
  private var runCount = 0
  private var duration = Duration.zero

  /// Allocates what running a plan needs.
  ///
  /// - Parameters:
  ///   - plan: a plan with one input.
  ///   - output: the name of the output with the class scores, N × K with further extents 1; `nil`
  ///     for the only one that looks like that.
  /// - Throws: ``HewnError``: `invalidArgument` for a plan with several inputs, and for one without
  ///   that output; `outOfMemory`.
  public init(_ plan: Plan, output: String? = nil) throws {
    guard plan.inputs.count == 1 else {
      throw HewnError(
        .invalidArgument,
        "the model has \(plan.inputs.count) inputs, \(quoted(plan.inputs.map(\.name))); only models"
          + " with one input can be evaluated")
    }
    let (name, classCount) = try Self.scores(of: plan, output: output)
    self.init(plan, output: name, classCount: classCount, session: try plan.makeSession())
  }

  private init(_ plan: Plan, output: String, classCount: Int, session: consuming Session) {
    self.plan = plan
    self.output = output
    self.classCount = classCount
    self.session = session
  }

  /// Finds the output with the class scores.
  private static func scores(
    of plan: Plan, output: String?
  ) throws -> (name: String, classCount: Int) {
    let scored = plan.outputs.filter {
      $0.shape.first == plan.batch && ClassScores.classCount(of: $0.shape) != nil
    }
    let candidates = scored.filter { output == nil || $0.name == output }
    guard candidates.count == 1, let port = candidates.first,
      let classCount = ClassScores.classCount(of: port.shape)
    else {
      throw outputError(output, scored: scored, plan: plan)
    }
    return (port.name, classCount)
  }

  private static func outputError(
    _ output: String?, scored: [Plan.Port], plan: Plan
  ) -> HewnError {
    let outputs = plan.outputs.map { "\"\($0.name)\" (\(Shape($0.shape)))" }.joined(separator: ", ")
    if let output {
      return HewnError(
        .invalidArgument,
        "no output \"\(output)\" holds class scores, \(plan.batch)×K; the outputs are \(outputs)")
    }
    return HewnError(
      .invalidArgument,
      scored.isEmpty
        ? "no output holds class scores, \(plan.batch)×K; the outputs are \(outputs)"
        : "several outputs hold class scores: name one of \(quoted(scored.map(\.name)))")
  }

  /// Runs images and counts those whose class is found.
  ///
  /// Any number of images may be given; they run in batches of the plan's size, the last one filled
  /// up with its last image.
  ///
  /// - Parameters:
  ///   - images: N × the extents of the plan's input after the first.
  ///   - labels: the indices of the N classes.
  /// - Throws: ``HewnError``: `invalidArgument` for another shape or element type than the plan's,
  ///   another number of labels, or a label outside of the classes; what ``Session/execute()``
  ///   throws.
  public mutating func add(_ images: Tensor, labels: [Int]) throws {
    let input = plan.inputs[0]
    guard images.elementType == input.elementType,
      images.shape.count == input.shape.count,
      images.shape.dropFirst() == input.shape.dropFirst()
    else {
      throw HewnError(
        .invalidArgument,
        "images of \(images.elementType.rawValue) \(Shape(images.shape)) do not fit input"
          + " \"\(input.name)\", \(input.elementType.rawValue) \(Shape(input.shape))")
    }
    let count = images.shape.first ?? 1
    guard labels.count == count else {
      throw HewnError(.invalidArgument, "\(labels.count) labels for \(count) images")
    }
    if let label = labels.first(where: { !(0..<classCount).contains($0) }) {
      throw HewnError(
        .invalidArgument, "label \(label) is outside of the \(classCount) classes of \"\(output)\"")
    }
    var start = 0
    while start < count {
      let end = min(start + plan.batch, count)
      let scores = try run(images, start..<end)
      for (item, label) in labels[start..<end].enumerated() {
        tally(scores[(item * classCount)..<((item + 1) * classCount)], label: label)
      }
      start = end
    }
  }

  /// The scores of a batch of the images, those that fill it up included.
  private mutating func run(_ images: Tensor, _ range: Range<Int>) throws -> [Double] {
    let input = plan.inputs[0]
    let itemByteCount = images.core.type.byteCount / max(1, images.shape.first ?? 1)
    let batch = try rethrowing {
      try Tensors.Tensor(
        type: TensorType(input.elementType.core, Shape(checking: input.shape))
      ) { buffer in
        images.withUnsafeBytes { source in
          for item in 0..<plan.batch {
            let image = min(range.lowerBound + item, range.upperBound - 1)
            buffer[(item * itemByteCount)..<((item + 1) * itemByteCount)].copyBytes(
              from: source[(image * itemByteCount)..<((image + 1) * itemByteCount)])
          }
        }
      }
    }
    try session.setInputs([input.name: Tensor(batch)])
    let clock = ContinuousClock()
    let begin = clock.now
    try session.execute()
    duration += clock.now - begin
    runCount += 1
    guard let scores = try session.readOutputs()[output] else {
      throw HewnError(.internal, "output \"\(output)\" is missing")
    }
    return scores.core.doubles()
  }

  private mutating func tally(_ scores: ArraySlice<Double>, label: Int) {
    imageCount += 1
    if !scores.allSatisfy(\.isFinite) { nonFiniteCount += 1 }
    guard let rank = Self.rank(of: label, in: scores) else { return }
    if rank < 1 { top1Count += 1 }
    if rank < Self.top { topCount += 1 }
  }

  /// How many classes come before one; `nil` where its score is no number.
  package static func rank(of label: Int, in scores: ArraySlice<Double>) -> Int? {
    let own = scores[scores.startIndex + label]
    if own.isNaN { return nil }
    return scores.enumerated().count { index, score in
      score > own || (score == own && index < label)
    }
  }

  /// What was counted so far.
  ///
  /// - Parameters:
  ///   - source: where the images come from, such as the name of a file.
  ///   - skippedCount: images of the source that were left out.
  public func report(source: String? = nil, skippedCount: Int = 0) -> EvaluateReport {
    let itemCount = runCount * plan.batch
    return EvaluateReport(
      model: plan.model, plan: plan.summary,
      images: EvaluateReport.Images(
        source: source, count: imageCount, skippedCount: skippedCount,
        nonFiniteCount: nonFiniteCount),
      output: output, classCount: classCount,
      top1: Proportion(count: top1Count, of: imageCount),
      top5: classCount > Self.top ? Proportion(count: topCount, of: imageCount) : nil,
      millisecondsPerImage: itemCount == 0 ? nil : duration / .milliseconds(itemCount))
  }
}
