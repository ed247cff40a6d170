internal import Scores

/// Compares two plans on the same images: how often each finds the right class, and how far the outputs of
/// one are from the other's.
///
/// ```swift
/// var pair = try PairedEvaluation(plan, other: original)
/// try pair.add(images, labels: [3, 0, 7])
/// let report = pair.report()
/// print(report.accuracy?.top1.differencePoints?.mean ?? 0)
/// ```
///
/// Labels may be missing: outputs are compared without them. Memory holds a batch, and for each image a few
/// numbers of each output.
public struct PairedEvaluation: ~Copyable {
  /// How often the images are drawn again for an interval. With the seed its ends then vary by about a
  /// seventieth of its half width.
  public static let resampleCount = 10_000

  /// What is measured.
  public var plan: Plan { runner.plan }
  /// What it is measured against.
  public var other: Plan { otherRunner.plan }
  /// The output that is read as class scores; `nil` where accuracy cannot be measured.
  public var output: String? { scores?.name }
  /// The classes that the output has scores of; `nil` where accuracy cannot be measured.
  public var classCount: Int? { scores?.classCount }
  /// The images that were added.
  public private(set) var imageCount = 0
  /// The images with an element in any output of either plan that is infinite or no number.
  public private(set) var nonFiniteCount = 0

  private let scores: ClassOutput?
  /// Why accuracy cannot be measured, even with labels.
  private let scoresObstacle: String?
  private var top1 = PairedCounts()
  private var top5 = PairedCounts()
  private var tallies: [FidelityTally]
  private var runner: BatchRunner
  private var otherRunner: BatchRunner

  /// Allocates what running two plans needs.
  ///
  /// Outputs are compared by name, but the only ones of both whatever they are called.
  ///
  /// - Parameters:
  ///   - plan: a plan with one input.
  ///   - other: a plan with an input of the same type and shape, and outputs of the same shapes.
  ///   - output: the name of the output with the class scores, N × K with further extents 1; `nil` for
  ///     all that look like that, and for accuracy the only one.
  ///   - loss: how outputs are compared; `nil` for what their shapes say. With ``LossMeasure/squares`` none
  ///     holds class scores, and labels are not looked at.
  /// - Throws: ``HewnError``: `invalidArgument` for plans that do not fit each other, for one with
  ///   several inputs, for one without that output, and for a `loss` that does not fit; `outOfMemory`.
  public init(
    _ plan: Plan, other: Plan, output: String? = nil, loss: LossMeasure? = nil
  ) throws {
    let pair = try PlanPair(plan, other)
    if loss == .squares, let output {
      throw HewnError(
        .invalidArgument,
        "output \"\(output)\" is to hold class scores, and by squares none is compared as such")
    }
    let tallies = try pair.outputs.map { port, otherName in
      try FidelityTally(
        port, otherName: otherName, of: plan,
        holdsScores: loss != .squares && (output == nil || output == port.name))
    }
    if loss == .divergence, !tallies.contains(where: \.holdsScores) {
      throw ClassOutput.error(output, plan: plan)
    }
    var scores: ClassOutput?
    var obstacle = loss == .squares ? "by squares no output is compared as class scores" : nil
    do throws(HewnError) {
      if loss != .squares { scores = try ClassOutput(of: plan, named: output) }
    } catch {
      // Only what was asked for must be there.
      guard output == nil else { throw error }
      obstacle = error.message
    }
    self.init(
      try BatchRunner(plan), try BatchRunner(other), tallies: tallies, scores: scores,
      obstacle: obstacle)
  }

  private init(
    _ runner: consuming BatchRunner, _ otherRunner: consuming BatchRunner,
    tallies: [FidelityTally], scores: ClassOutput?, obstacle: String?
  ) {
    self.runner = runner
    self.otherRunner = otherRunner
    self.tallies = tallies
    self.scores = scores
    scoresObstacle = obstacle
  }

  /// Runs images through both plans.
  ///
  /// Any number of images may be given; they run in batches of the plans' size, the last one filled up with
  /// its last image.
  ///
  /// - Parameters:
  ///   - images: N × the extents of the plans' input after the first.
  ///   - labels: the indices of the N classes; `nil` where they are not known. Accuracy is that on all
  ///     images with labels.
  /// - Throws: ``HewnError``: `invalidArgument` for another shape or element type than the plans',
  ///   another number of labels, or a label outside of the classes; what ``Session/execute()``
  ///   throws.
  public mutating func add(_ images: Tensor, labels: [Int]? = nil) throws {
    let count = try runner.imageCount(of: images)
    if let scores, let labels { try scores.check(labels, imageCount: count) }
    for range in runner.batches(of: count) {
      let batch = try runner.batch(of: images, range)
      let outputs = try runner.run(batch)
      let otherOutputs = try otherRunner.run(batch)
      try compare(outputs, otherOutputs, imageCount: range.count)
      if let labels { try tally(outputs, otherOutputs, labels: labels[range]) }
    }
  }

  private mutating func compare(
    _ outputs: [String: Tensor], _ otherOutputs: [String: Tensor], imageCount count: Int
  ) throws(HewnError) {
    var areFinite = [Bool](repeating: true, count: count)
    for index in tallies.indices {
      let model = try outputs.elements(of: tallies[index].name)
      let other = try otherOutputs.elements(of: tallies[index].otherName)
      try tallies[index].check(model, other)
      for image in 0..<count {
        let isFinite = tallies[index].add(image: image, model: model, other: other)
        if !isFinite { areFinite[image] = false }
      }
    }
    imageCount += count
    nonFiniteCount += areFinite.count { !$0 }
  }

  private mutating func tally(
    _ outputs: [String: Tensor], _ otherOutputs: [String: Tensor], labels: ArraySlice<Int>
  ) throws(HewnError) {
    guard let scores, let pair = tallies.first(where: { $0.name == scores.name }) else { return }
    let model = try outputs.elements(of: pair.name)
    let other = try otherOutputs.elements(of: pair.otherName)
    for (item, label) in labels.enumerated() {
      let range = (item * scores.classCount)..<((item + 1) * scores.classCount)
      // A score that is no number makes no class right.
      let ranks = [model, other].map { elements in
        ScoredClasses.rank(of: label, in: elements[range]) ?? scores.classCount
      }
      top1.add(model: ranks[0] < 1, other: ranks[1] < 1)
      top5.add(model: ranks[0] < Evaluation.top, other: ranks[1] < Evaluation.top)
    }
  }

  /// What was found so far.
  ///
  /// - Parameters:
  ///   - source: where the images come from, such as the name of a file.
  ///   - skippedCount: images of the source that were left out.
  ///   - peak: the greatest value of pictures, to which PSNR is relative; `nil` for the difference between
  ///     the greatest and the least element of the other plan's.
  ///   - seed: what the resamples of all intervals are drawn by.
  /// - Complexity: O(images · ``resampleCount``) for each mean: some tens of microseconds for each image.
  public func report(
    source: String? = nil, skippedCount: Int = 0, peak: Double? = nil, seed: UInt64 = 0
  ) -> PairedEvaluationReport {
    let bootstrap = Bootstrap(resampleCount: Self.resampleCount, seed: seed)
    var accuracy: PairedEvaluationReport.Accuracy?
    if let scores, top1.imageCount > 0 {
      accuracy = PairedEvaluationReport.Accuracy(
        output: scores.name, classCount: scores.classCount, top1: top1.accuracy(bootstrap),
        top5: scores.classCount > Evaluation.top ? top5.accuracy(bootstrap) : nil)
    }
    return PairedEvaluationReport(
      model: plan.model, plan: plan.summary,
      other: PairedEvaluationReport.Other(
        model: other.model, plan: other.summary,
        millisecondsPerImage: otherRunner.millisecondsPerImage),
      images: EvaluateReport.Images(
        source: source, count: imageCount, skippedCount: skippedCount,
        nonFiniteCount: nonFiniteCount),
      accuracy: accuracy,
      noAccuracyReason: accuracy == nil ? scoresObstacle ?? "the images have no labels" : nil,
      outputs: Dictionary(
        tallies.map { ($0.name, $0.report(bootstrap, peak: peak)) },
        uniquingKeysWith: { first, _ in first }),
      resampling: PairedEvaluationReport.Resampling(count: Self.resampleCount, seed: seed),
      millisecondsPerImage: runner.millisecondsPerImage)
  }
}
