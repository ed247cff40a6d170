package import Graphs
package import Tensors

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
  /// - Parameter labels: the class of each image; `nil` where nobody knows.
  /// - Throws: `invalidArgument` where there are labels and no output has scores of their classes, and for
  ///   outputs without one part for each image; `unsupported` where no output holds floating-point numbers;
  ///   `failedCheck` where one is not finite; `outOfMemory`; what compiling and running throw.
  package init(
    of graph: Graph, images: CalibrationImages, labels: [Int]?, runner: NetworkRunner
  ) throws {
    let outputs = try OriginalOutputs(of: graph, images: images, runner: runner)
    self.outputs = outputs
    self.labels = labels
    self.runner = runner
    guard let labels else {
      original = Result(loss: 0, isRight: [])
      return
    }
    precondition(labels.count == images.count, "\(labels.count) labels, \(images.count) images")
    guard let position = outputs.scoresPosition else {
      throw HewnError(
        .invalidArgument, "no output of the network holds class scores, N × K, to find classes in")
    }
    let scores = outputs.original(at: position)
    let classCount = scores.first?.count ?? 0
    if let label = labels.first(where: { $0 < 0 || $0 >= classCount }) {
      throw HewnError(
        .invalidArgument,
        "an image has label \(label); output \"\(graph[graph.outputs[position]].name)\" has"
          + " \(classCount) classes, 0 to \(classCount - 1)")
    }
    original = Result(loss: 0, isRight: zip(scores, labels).map(Self.isRight))
  }

  /// Runs the network with other weights on all images.
  ///
  /// - Throws: `outOfMemory`; what compiling and running throw.
  package func callAsFunction(_ changed: Graph) throws -> Result {
    let computation = try runner.computation(of: changed.outputs, in: changed)
    var (loss, isRight) = (0.0, [Bool]())
    do {
      try outputs.forEachBatch { range, tensors in
        let results = try computation(tensors)
        try outputs.add(results, range, to: &loss)
        if let labels, let position = outputs.scoresPosition {
          let scores = try outputs.items(of: results[position], position, range.count)
          isRight += zip(scores, labels[range]).map(Self.isRight)
        }
      }
    } catch let error as HewnError where error.code == .failedCheck {
      return Result(loss: .infinity, isRight: labels?.map { _ in false } ?? [])
    }
    return Result(loss: loss, isRight: isRight)
  }

  private static func isRight(_ scores: [Float], _ label: Int) -> Bool {
    scores.enumerated().allSatisfy { index, score in
      score < scores[label] || (score == scores[label] && index >= label)
    }
  }
}
