package import Graphs
internal import Scores
internal import Tensors

/// How a changed network answers images, beside the original one.
package struct NetworkMeasure: Sendable {
  package struct Result: Hashable, Sendable {
    /// How far outputs are from those of the original network, as ``OutputLoss`` has it; several outputs
    /// are added. Infinite where one is not finite.
    package let loss: Double
    /// For each image whether its class has the greatest score; of equal scores the first counts as greater.
    /// Empty without labels.
    package let isRight: [Bool]

    /// The number of images whose class is found.
    package var rightCount: Int { isRight.count { $0 } }

    /// The share of the images whose class is found; `nil` without labels.
    package var accuracy: Double? {
      isRight.isEmpty ? nil : Double(rightCount) / Double(isRight.count)
    }
  }

  /// The original network.
  package let original: Result
  private let outputs: OriginalOutputs
  private let labels: [Int]?
  private let runner: NetworkRunner

  /// Runs the original network.
  ///
  /// - Parameters:
  ///   - labels: the class of each image; `nil` where nobody knows. Not looked at with
  ///     ``LossMeasure/squares``, by which no output holds class scores.
  ///   - measure: how outputs are compared; `nil` for what their shapes say.
  /// - Throws: `invalidArgument` where there are labels and no output has scores of their classes, where
  ///   divergences were asked for and no output holds class scores, and for outputs without one part for each
  ///   image; `unsupported` where no output holds floating-point numbers; `failedCheck` where one is not
  ///   finite; `outOfMemory`; what compiling and running throw.
  package init(
    of graph: Graph, images: CalibrationImages, labels: [Int]?, measure: LossMeasure? = nil,
    runner: NetworkRunner
  ) throws {
    outputs = try OriginalOutputs(of: graph, images: images, measure: measure, runner: runner)
    self.labels = measure == .squares ? nil : labels
    self.runner = runner
    if let labels = self.labels {
      precondition(labels.count == images.count, "\(labels.count) labels, \(images.count) images")
      try Self.check(labels, outputs.scores)
    }
    original = Result(
      loss: 0, isRight: Self.isRight(outputs.original, outputs.scores, self.labels?[...]))
  }

  private static func check(
    _ labels: [Int], _ scores: OriginalOutputs.Scored?
  ) throws(HewnError) {
    let way = "for outputs that are no class scores, --loss squares looks at no labels"
    guard let scores else {
      throw HewnError(
        .invalidArgument,
        "no output of the network holds class scores, N × K, to find classes in; \(way)")
    }
    if let label = labels.first(where: { !(0..<scores.classCount).contains($0) }) {
      throw HewnError(
        .invalidArgument,
        "an image has label \(label); output \"\(scores.name)\" has \(scores.classCount) classes, 0 to"
          + " \(scores.classCount - 1); \(way)")
    }
  }

  /// Runs the network with other weights on all images.
  ///
  /// - Throws: `outOfMemory`; what compiling and running throw.
  package func callAsFunction(_ changed: Graph) throws -> Result {
    let computation = try runner.computation(of: changed.outputs, in: changed)
    var (loss, isRight) = (0.0, [Bool]())
    do {
      try outputs.forEachBatch { range, tensors in
        let answers = try outputs.answers(computation(tensors), count: range.count)
        outputs.add(answers, range, to: &loss)
        isRight += Self.isRight(answers, outputs.scores, labels?[range])
      }
    } catch let error as HewnError where error.code == .failedCheck {
      return Result(loss: .infinity, isRight: labels?.map { _ in false } ?? [])
    }
    return Result(loss: loss, isRight: isRight)
  }

  /// For each image whether its class is found; empty without labels.
  private static func isRight(
    _ answers: OriginalOutputs.Answers, _ scores: OriginalOutputs.Scored?,
    _ labels: ArraySlice<Int>?
  ) -> [Bool] {
    guard let scores, let labels else { return [] }
    return zip(answers[scores.index], labels).map { scores, label in
      ScoredClasses.rank(of: label, in: scores.map { Double($0) }[...]) == 0
    }
  }
}
