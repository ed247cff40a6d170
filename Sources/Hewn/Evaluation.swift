internal import Scores

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
/// one with the smaller index counts as greater. ``PairedEvaluation`` compares two plans on the same
/// images.
public struct Evaluation: ~Copyable {
  /// The k of top-k beside 1.
  public static let top = 5

  /// What is measured.
  public var plan: Plan { runner.plan }
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

  private let scores: ClassOutput
  private var runner: BatchRunner

  /// Allocates what running a plan needs.
  ///
  /// - Parameters:
  ///   - plan: a plan with one input.
  ///   - output: the name of the output with the class scores, N × K with further extents 1; `nil`
  ///     for the only one that looks like that.
  /// - Throws: ``HewnError``: `invalidArgument` for a plan with several inputs, and for one without
  ///   that output; `outOfMemory`.
  public init(_ plan: Plan, output: String? = nil) throws {
    self.init(try BatchRunner(plan), scores: try ClassOutput(of: plan, named: output))
  }

  private init(_ runner: consuming BatchRunner, scores: ClassOutput) {
    self.runner = runner
    self.scores = scores
    output = scores.name
    classCount = scores.classCount
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
    let count = try runner.imageCount(of: images)
    try scores.check(labels, imageCount: count)
    for range in runner.batches(of: count) {
      let elements = try runner.run(runner.batch(of: images, range)).elements(of: output)
      for (item, label) in labels[range].enumerated() {
        tally(elements[(item * classCount)..<((item + 1) * classCount)], label: label)
      }
    }
  }

  private mutating func tally(_ scores: ArraySlice<Double>, label: Int) {
    imageCount += 1
    if !scores.allSatisfy(\.isFinite) { nonFiniteCount += 1 }
    guard let rank = ScoredClasses.rank(of: label, in: scores) else { return }
    if rank < 1 { top1Count += 1 }
    if rank < Self.top { topCount += 1 }
  }

  /// What was counted so far.
  ///
  /// - Parameters:
  ///   - source: where the images come from, such as the name of a file.
  ///   - skippedCount: images of the source that were left out.
  public func report(source: String? = nil, skippedCount: Int = 0) -> EvaluateReport {
    EvaluateReport(
      model: plan.model, plan: plan.summary,
      images: EvaluateReport.Images(
        source: source, count: imageCount, skippedCount: skippedCount,
        nonFiniteCount: nonFiniteCount),
      output: output, classCount: classCount,
      top1: Proportion(count: top1Count, of: imageCount),
      top5: classCount > Self.top ? Proportion(count: topCount, of: imageCount) : nil,
      millisecondsPerImage: runner.millisecondsPerImage)
  }
}
