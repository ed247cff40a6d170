package import Covers
package import Graphs
package import Tensors

/// Gathers the statistics of a network's layers while calibration images go through it.
///
/// The layers' inputs are values of the graph, which compiled plans compute; a part of the graph that
/// computes one layer's input is all that runs. Outputs of layers are computed from gathered inputs, in
/// double precision. What is held at a time is the batch, and sums whose size no number of images
/// changes.
///
/// Results are the same bits for any number of threads and any size of a batch, as far as those of the
/// backend are.
package struct Calibration: Sendable {
  package struct Options: Hashable, Sendable {
    /// What positions are chosen by.
    package var seed: UInt64
    /// The most positions of a layer, over all images.
    package var positionLimit: Int

    package init(
      seed: UInt64 = 0, positionLimit: Int = PositionSampler.maximumPositionCount
    ) {
      precondition(positionLimit >= 1, "\(positionLimit) positions")
      self.seed = seed
      self.positionLimit = positionLimit
    }
  }

  /// The original network.
  package let graph: Graph
  package let images: CalibrationImages
  package let runner: NetworkRunner
  package let options: Options
  private let batch: Int

  /// - Throws: `invalidArgument` without images, and for a graph whose inputs have no batch.
  package init(
    _ graph: Graph, images: CalibrationImages, runner: NetworkRunner, options: Options = Options()
  ) throws(HewnError) {
    self.graph = graph
    self.images = images
    self.runner = runner
    self.options = options
    batch = try images.batch(of: graph)
  }

  /// The statistics of one layer, for each of its groups: X̂ are its inputs in the changed network, Y its
  /// outputs in the original one, or what these are to be for the ``OutputPath`` behind the layer.
  ///
  /// Where nothing before the layer has changed, the network runs once.
  ///
  /// - Parameters:
  ///   - changed: the graph with other weights (``Graph/setWeights(_:of:)``).
  ///   - fitted: what the filters are now, where the clamp behind them is to be looked at: errors of these
  ///     weights are then at least those behind it, and at most those before it.
  /// - Throws: `failedCheck` where activations are NaN or infinite, naming the node; `outOfMemory`;
  ///   `invalidArgument` for images that do not fit; what compiling and running throw.
  package func statistics(
    of layer: PrunableLayer, changed: Graph, fitted: [FilterWeights]? = nil,
    parts: PartLoop = runInOrder
  ) throws -> [LayerStatistics] {
    precondition(
      changed.nodes.count == graph.nodes.count && changed.inputs == graph.inputs,
      "the changed network is another one")
    var result: [LayerStatistics] = []
    let isChanged = !graph.part(computing: layer.observed)
      .computesTheSame(as: changed.part(computing: layer.observed))
    try run([layer], changed: isChanged ? changed : nil, fitted: fitted, parts) { result = $1 }
    return result
  }

  /// The statistics of layers of the unchanged network, in their order, in as few runs over the images as
  /// there is memory for.
  ///
  /// - Parameters:
  ///   - byteLimit: the most memory for the sums and inputs of layers that are gathered in one run. A layer
  ///     that takes more alone has a run of its own.
  ///   - body: takes a layer and the statistics of its groups. They are handed over one layer after the
  ///     other at the end of a run.
  /// - Throws: as ``statistics(of:changed:parts:)``, and what `body` throws.
  package func forEachLayer(
    _ layers: [PrunableLayer], byteLimit: Int = 1 << 30, parts: PartLoop = runInOrder,
    _ body: (PrunableLayer, [LayerStatistics]) throws -> Void
  ) throws {
    for run in runs(layers, byteLimit: byteLimit) {
      try self.run(Array(layers[run]), changed: nil, parts, body)
    }
  }

  /// Which consecutive layers are gathered in one run.
  package func runs(_ layers: [PrunableLayer], byteLimit: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var (first, total) = (0, 0)
    var inputs: Set<ValueID> = []
    for (index, layer) in layers.enumerated() {
      let sums = LayerSums.byteCount(of: layer)
      // In the arena, and copied out of it.
      let input = graph[layer.input].type.byteCount.saturatingMultiply(2)
      let added = sums.saturatingAdd(inputs.contains(layer.input) ? 0 : input)
      if index > first, total.saturatingAdd(added) > byteLimit {
        runs.append(first..<index)
        (first, total, inputs) = (index, sums.saturatingAdd(input), [layer.input])
      } else {
        total = total.saturatingAdd(added)
        inputs.insert(layer.input)
      }
    }
    if first < layers.count { runs.append(first..<layers.count) }
    return runs
  }

  /// The sums of a layer before the first image.
  ///
  /// - Parameters:
  ///   - separatesInputs: whether the network before the layer has changed.
  ///   - fitted: what the filters are now, where the clamp behind them is to be looked at.
  /// - Throws: as ``LayerSums/init(_:original:sampler:batch:separatesInputs:fitted:)``.
  func sums(
    of layer: PrunableLayer, separatesInputs: Bool, fitted: [FilterWeights]? = nil
  ) throws(HewnError) -> LayerSums {
    var generator = layer.generator(seed: options.seed)
    let sampler = PositionSampler(
      seed: generator.next(), imageCount: images.count, limit: options.positionLimit)
    return try LayerSums(
      layer, original: graph, sampler: sampler, batch: batch, separatesInputs: separatesInputs,
      fitted: fitted)
  }

  /// Runs over all images once.
  ///
  /// - Parameter changed: `nil` where the changed network is not different before the layers.
  private func run(
    _ layers: [PrunableLayer], changed: Graph?, fitted: [FilterWeights]? = nil, _ parts: PartLoop,
    _ body: (PrunableLayer, [LayerStatistics]) throws -> Void
  ) throws {
    var sums = try layers.map {
      try self.sums(of: $0, separatesInputs: changed != nil, fitted: fitted)
    }
    let observed = layers.map { changed == nil && fitted == nil ? [$0.input] : $0.observed }
    let values = observed.flatMap { $0 }
    let original = try runner.computation(of: values, in: graph)
    let other = try changed.map { try runner.computation(of: values, in: $0) }
    for first in stride(from: 0, to: images.count, by: batch) {
      let range = first..<min(first + batch, images.count)
      let tensors = try images.inputs(range, of: graph, batch: batch)
      let originals = try original(tensors)
      let others = try other.map { try $0(tensors) }
      var place = 0
      for index in sums.indices {
        let own = place..<place + observed[index].count
        place = own.upperBound
        for image in range {
          sums[index].add(
            image: image, place: image - first, (others ?? originals)[own],
            original: others == nil ? nil : originals[own], parts: parts)
        }
      }
    }
    // Taken out one by one, so that no sums are copied or kept.
    sums.reverse()
    while let last = sums.popLast() { try body(last.layer, try last.finish(parts)) }
  }
}

extension Graph {
  /// Whether two parts of a network, one of which may have other weights, compute the same.
  ///
  /// - Precondition: they have the same operators.
  fileprivate func computesTheSame(as other: Graph) -> Bool {
    nodes.count == other.nodes.count
      && zip(nodes, other.nodes).allSatisfy { node, otherNode in
        node.inputs == otherNode.inputs
          && node.inputs.compactMap({ $0 }).allSatisfy {
            Self.areEqual(self[$0].constant, other[$0].constant)
          }
      }
  }

  private static func areEqual(_ first: Tensor?, _ second: Tensor?) -> Bool {
    guard let first, let second else { return first == nil && second == nil }
    return first.type == second.type
      && first.withUnsafeBytes { first in
        second.withUnsafeBytes { second in
          first.baseAddress == second.baseAddress || first.elementsEqual(second)
        }
      }
  }
}
