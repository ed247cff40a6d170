internal import Covers
internal import Graphs
internal import Tensors

/// What two networks hold of all calibration images at one place: the original, and the changed one.
struct ImagesBetweenLayers {
  /// What is needed of a batch from the place on, in the order of the values.
  private struct Batch {
    var original: [Tensor]
    /// Empty while nothing has changed.
    var changed: [Tensor]
  }

  /// Whether a layer has changed.
  private(set) var isChanged = false
  private let calibration: Calibration
  private let byteLimit: Int
  private let ranges: [Range<Int>]
  private let batchSize: Int
  /// The number of nodes before the place.
  private var place = 0
  /// Empty at the beginning of the network.
  private var batches: [Batch] = []

  init(_ calibration: Calibration, byteLimit: Int) throws {
    self.calibration = calibration
    self.byteLimit = byteLimit
    let size = try calibration.images.batch(of: calibration.graph)
    let count = calibration.images.count
    batchSize = size
    ranges = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }

  /// Gives a layer of the changed network other weights.
  mutating func change(_ layer: PrunableLayer, _ weights: [FilterWeights], in graph: inout Graph) {
    graph.setWeights(weights, of: layer)
    if !isChanged {
      isChanged = true
      for index in batches.indices { batches[index].changed = batches[index].original }
    }
  }

  /// The statistics of a layer, to which images go on where there is memory for it.
  mutating func statistics(
    of layer: PrunableLayer, changed: Graph, parts: PartLoop
  ) throws -> [LayerStatistics] {
    let original = calibration.graph
    let (before, changedBefore) = (original.part(from: place), changed.part(from: place))
    let needed = original.part(from: layer.node).inputs
    let byteCount = needed.reduce(0) {
      $0.saturatingAdd(original[$1].type.byteCount)
    }.saturatingMultiply(ranges.count * (isChanged ? 2 : 1))
    let moves = byteCount <= byteLimit
    let values = moves ? needed : [layer.input]
    let run = try calibration.runner.computation(of: values, in: before)
    let runChanged =
      isChanged ? try calibration.runner.computation(of: values, in: changedBefore) : nil
    guard let input = values.firstIndex(of: layer.input) else {
      throw HewnError(.internal, "its input is not needed", node: layer.label)
    }
    var sums = try calibration.sums(of: layer, separatesInputs: isChanged)
    let isFirst = batches.isEmpty
    for (index, range) in ranges.enumerated() {
      let kept: Batch
      if isFirst {
        let tensors = try calibration.images.inputs(range, of: original, batch: batchSize)
        let inputs = before.inputs.compactMap { id in
          original.inputs.firstIndex(of: id).map { tensors[$0] }
        }
        kept = Batch(original: inputs, changed: isChanged ? inputs : [])
      } else {
        kept = batches[index]
      }
      let next = Batch(
        original: try run(kept.original), changed: try runChanged?(kept.changed) ?? [])
      for image in range {
        sums.add(
          image: image, place: image - range.lowerBound,
          isChanged ? next.changed[input] : next.original[input],
          original: isChanged ? next.original[input] : nil, parts: parts)
      }
      if moves {
        if isFirst { batches.append(next) } else { batches[index] = next }
      }
    }
    if moves { place = layer.node }
    return try sums.finish(parts)
  }
}
