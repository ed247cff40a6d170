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
  ///
  /// - Parameter fitted: what its filters are now, where the clamp behind them is to be looked at.
  mutating func statistics(
    of layer: PrunableLayer, changed: Graph, fitted: [FilterWeights]? = nil, parts: PartLoop
  ) throws -> [LayerStatistics] {
    let original = calibration.graph
    let (before, changedBefore) = (original.part(from: place), changed.part(from: place))
    let needed = original.part(from: layer.node).inputs
    let byteCount = needed.reduce(0) {
      $0.saturatingAdd(original[$1].type.byteCount)
    }.saturatingMultiply(ranges.count * (isChanged ? 2 : 1))
    let observed = isChanged || fitted != nil ? layer.observed : [layer.input]
    // Nothing from a layer on need read what is added to outputs that nobody reads.
    let moves = byteCount <= byteLimit && observed.allSatisfy(needed.contains)
    let isFirst = batches.isEmpty
    // A second look at a layer finds its images where the first has left them.
    let isThere = !isFirst && place == layer.node
    let values = moves || isThere ? needed : observed
    let run = isThere ? nil : try calibration.runner.computation(of: values, in: before)
    let runChanged =
      isThere || !isChanged
      ? nil : try calibration.runner.computation(of: values, in: changedBefore)
    let places = observed.compactMap { values.firstIndex(of: $0) }
    guard places.count == observed.count else {
      throw HewnError(.internal, "what it reads is not needed", node: layer.label)
    }
    var sums = try calibration.sums(of: layer, separatesInputs: isChanged, fitted: fitted)
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
        original: try run?(kept.original) ?? kept.original,
        changed: try runChanged?(kept.changed) ?? kept.changed)
      for image in range {
        sums.add(
          image: image, place: image - range.lowerBound,
          places.map { isChanged ? next.changed[$0] : next.original[$0] }[...],
          original: isChanged ? places.map { next.original[$0] }[...] : nil, parts: parts)
      }
      if moves {
        if isFirst { batches.append(next) } else { batches[index] = next }
      }
    }
    if moves { place = layer.node }
    return try sums.finish(parts)
  }
}
