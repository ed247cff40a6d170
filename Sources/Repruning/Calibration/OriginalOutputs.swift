internal import Graphs
internal import Tensors

/// What the original network gives for images, and how far other outputs for them are from it.
///
/// The loss of an output is ``OutputLoss``; those of several are added, and outputs that hold no
/// floating-point numbers do not count.
struct OriginalOutputs: Sendable {
  /// An output that counts.
  private struct Output {
    /// Its position among the graph's outputs.
    let position: Int
    let loss: OutputLoss
    /// The elements of each image in the original network.
    let original: [[Float]]
  }

  let graph: Graph
  let images: CalibrationImages
  private let batch: Int
  private var outputs: [Output] = []

  /// Runs the original network on the images.
  ///
  /// - Throws: `invalidArgument` for outputs without one part for each image, `unsupported` where no
  ///   output holds floating-point numbers, `failedCheck` where one is not finite, `outOfMemory`; what
  ///   compiling and running throw.
  init(of graph: Graph, images: CalibrationImages, runner: NetworkRunner) throws {
    self.graph = graph
    self.images = images
    batch = try images.batch(of: graph)
    let counted = try countedOutputs()
    let computation = try runner.computation(of: graph.outputs, in: graph)
    var elements = [[[Float]]](repeating: [], count: counted.count)
    try forEachBatch { range, tensors in
      let results = try computation(tensors)
      for (index, position) in counted.enumerated() {
        elements[index] += try items(of: results[position], position, range.count)
      }
    }
    for (position, original) in zip(counted, elements) {
      let shape = graph[graph.outputs[position]].type.shape
      let itemShape =
        shape.dimensions.first == batch ? Shape([1] + shape.dimensions.dropFirst()) : shape
      outputs.append(
        Output(
          position: position, loss: OutputLoss(itemShape: itemShape, original: original),
          original: original))
    }
  }

  /// The positions of the outputs that count.
  private func countedOutputs() throws(HewnError) -> [Int] {
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
        (type.shape.elementCount / batch).saturatingMultiply(4 * images.count))
    }
    guard !positions.isEmpty else {
      throw HewnError(
        .unsupported, "no output of the network holds floating-point numbers to take a loss of")
    }
    try MemoryLimit.check(byteCount, for: "the outputs for \(images.count) images")
    return positions
  }

  /// Goes through the images in batches of the graph.
  func forEachBatch(_ body: (Range<Int>, [Tensor]) throws -> Void) throws {
    for first in stride(from: 0, to: images.count, by: batch) {
      let range = first..<min(first + batch, images.count)
      try body(range, try images.inputs(range, of: graph, batch: batch))
    }
  }

  /// Adds some images to a loss, one by one, so that it does not depend on the batch.
  ///
  /// - Parameter results: all outputs of a changed network for a batch that begins with them.
  /// - Throws: `failedCheck` where they are not finite.
  func add(_ results: [Tensor], _ range: Range<Int>, to sum: inout Double) throws(HewnError) {
    for output in outputs {
      let changed = try items(of: results[output.position], output.position, range.count)
      for (original, changed) in zip(output.original[range], changed) {
        sum += output.loss.loss(original: original, changed: changed)
      }
    }
  }

  /// The position of the first output that holds class scores; `nil` where none does.
  var scoresPosition: Int? { outputs.first { $0.loss.isOfScores }?.position }

  /// The elements that the original network gives at one of the outputs that count, image by image.
  func original(at position: Int) -> [[Float]] {
    outputs.first { $0.position == position }?.original ?? []
  }

  /// The elements of the first images of an output.
  ///
  /// - Throws: `failedCheck` where they are not finite.
  func items(
    of tensor: Tensor, _ position: Int, _ count: Int
  ) throws(HewnError) -> [[Float]] {
    let elements = tensor.floats()
    let size = elements.count / batch
    guard elements[..<(size * count)].allSatisfy(\.isFinite) else {
      throw HewnError(
        .failedCheck,
        "output \"\(graph[graph.outputs[position]].name)\" is not finite on the images")
    }
    return (0..<count).map { Array(elements[$0 * size..<($0 + 1) * size]) }
  }
}
