internal import Graphs
internal import Tensors

/// What the original network gives for images, and how far other outputs for them are from it.
///
/// The loss of an output is ``OutputLoss``; those of several are added, and outputs that hold no
/// floating-point numbers do not count.
struct OriginalOutputs: Sendable {
  /// What a network gives for some images: the elements of each output that counts, image by image.
  typealias Answers = [[[Float]]]

  /// An output with class scores.
  struct Scored {
    let name: String
    let classCount: Int
    /// Its place among the outputs that count.
    let index: Int
  }

  let graph: Graph
  let images: CalibrationImages
  /// What the original network gives.
  private(set) var original: Answers = []
  /// The first output with class scores; `nil` where there is none.
  let scores: Scored?
  private let batch: Int
  /// The places of the outputs that count among those of the graph.
  private let positions: [Int]
  private var losses: [OutputLoss] = []

  /// Runs the original network on the images.
  ///
  /// - Parameter measure: how outputs are compared; `nil` for what their shapes say.
  /// - Throws: `invalidArgument` for outputs without one part for each image, and where divergences were asked
  ///   for and no output holds class scores; `unsupported` where no output holds floating-point numbers;
  ///   `failedCheck` where one is not finite; `outOfMemory`; what compiling and running throw.
  init(
    of graph: Graph, images: CalibrationImages, measure: LossMeasure?, runner: NetworkRunner
  ) throws {
    self.graph = graph
    self.images = images
    batch = try images.batch(of: graph)
    positions = try Self.positions(in: graph, batch: batch, imageCount: images.count)
    let outputs = positions.map { graph.outputs[$0] }
    let classCounts = try graph.classCounts(of: outputs, batch: batch, measure: measure)
    scores =
      zip(outputs.indices, classCounts).lazy.compactMap { index, classCount in
        classCount.map { Scored(name: graph[outputs[index]].name, classCount: $0, index: index) }
      }.first
    let computation = try runner.computation(of: graph.outputs, in: graph)
    var all = Answers(repeating: [], count: positions.count)
    try forEachBatch { range, tensors in
      for (index, items) in try answers(computation(tensors), count: range.count).enumerated() {
        all[index] += items
      }
    }
    original = all
    losses = zip(all, classCounts).map {
      OutputLoss(original: $0, holdsScores: $1 != nil)
    }
  }

  /// The places of the outputs that count.
  private static func positions(
    in graph: Graph, batch: Int, imageCount: Int
  ) throws(HewnError) -> [Int] {
    var positions: [Int] = []
    var byteCount = 0
    for (position, id) in graph.outputs.enumerated() {
      let (name, type) = (graph[id].name, graph[id].type)
      guard type.element.isFloatingPoint else { continue }
      guard batch == 1 || type.shape.dimensions.first == batch else {
        throw HewnError(
          .invalidArgument,
          "output \"\(name)\" of shape \(type.shape) does not have one part for each of the"
            + " \(batch) images of a batch; bind the network to a batch of 1")
      }
      positions.append(position)
      byteCount = byteCount.saturatingAdd(
        (type.shape.elementCount / batch).saturatingMultiply(4 * imageCount))
    }
    guard !positions.isEmpty else {
      throw HewnError(
        .unsupported, "no output of the network holds floating-point numbers to take a loss of")
    }
    try MemoryLimit.check(byteCount, for: "the outputs for \(imageCount) images")
    return positions
  }

  /// Goes through the images in batches of the graph.
  func forEachBatch(_ body: (Range<Int>, [Tensor]) throws -> Void) throws {
    for first in stride(from: 0, to: images.count, by: batch) {
      let range = first..<min(first + batch, images.count)
      try body(range, try images.inputs(range, of: graph, batch: batch))
    }
  }

  /// What a network gives for the first images of a batch.
  ///
  /// - Parameter results: all its outputs for the batch.
  /// - Throws: `failedCheck` where those that count are not finite.
  func answers(_ results: [Tensor], count: Int) throws(HewnError) -> Answers {
    var answers: Answers = []
    for position in positions {
      let elements = results[position].floats()
      let size = elements.count / batch
      guard elements[..<(size * count)].allSatisfy(\.isFinite) else {
        throw HewnError(
          .failedCheck,
          "output \"\(graph[graph.outputs[position]].name)\" is not finite on the images")
      }
      answers.append((0..<count).map { Array(elements[($0 * size)..<(($0 + 1) * size)]) })
    }
    return answers
  }

  /// Adds some images to a loss, one by one, so that it does not depend on the batch.
  ///
  /// - Parameter answers: what a changed network gives for them.
  func add(_ answers: Answers, _ range: Range<Int>, to sum: inout Double) {
    for (loss, (original, changed)) in zip(losses, zip(original, answers)) {
      for (original, changed) in zip(original[range], changed) {
        sum += loss.loss(original: original, changed: changed)
      }
    }
  }
}
