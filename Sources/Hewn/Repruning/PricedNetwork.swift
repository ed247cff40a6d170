internal import Covers
internal import PlanFiles
internal import Repruning
internal import Tensors

/// What each layer of a network may become, and what its errors cost.
struct PricedNetwork {
  let frontiers: [LayerFrontier]
  let units: [LossUnit]

  /// The floating-point operations for a layer's importances above which weights are taken to be worth what
  /// they are without a refit: some minutes of a core.
  private static let surgeonWork = 2.7e11

  /// Prices layers by calibration images, or by the squares of weights without any.
  ///
  /// - Throws: as ``Calibration/forEachLayer(_:byteLimit:parts:_:)`` and ``LossProbe``; `io` and `invalidFile`
  ///   for a checkpoint; what `progress` throws.
  init(
    _ network: NetworkToReprune, _ calibration: Calibration?, _ options: RepruneOptions,
    _ rounds: LayerRounds.Options, checkpoint: Checkpoint?, parts: @escaping PartLoop,
    progress: Repruner.ProgressUpdate
  ) throws {
    let graph = network.calibrationGraph
    var found = [FrontierFile?](repeating: nil, count: network.layers.count)
    for (index, layer) in network.layers.enumerated() {
      let groups = try layer.calibrated.filterWeights(in: graph)
      found[index] = try checkpoint?.read(index, groups: groups)
    }
    let missing = found.indices.filter { found[$0] == nil }
    /// What one of the layers may become.
    func price(
      _ index: Int, _ statistics: [LayerStatistics?], _ unit: LossUnit
    ) throws {
      let layer = network.layers[index]
      try progress("pricing \(layer.name),", Double(index) / Double(network.layers.count))
      let weights = try layer.calibrated.filterWeights(in: graph)
      let priced = PricedLayer(
        name: layer.name,
        parts: zip(weights, statistics).map { PricedLayer.Part(weights: $0, statistics: $1) },
        costs: layer.costs, exactCosts: layer.exactCosts, lossPerError: unit.value,
        adaptsBias: layer.calibrated.mayChangeBias)
      var rounds = rounds
      rounds.measure = options.importance?.core ?? Self.measure(for: weights)
      let file = FrontierFile(
        frontier: try LayerFrontier(priced, options: rounds, parts: parts), unit: unit)
      try checkpoint?.write(file, index)
      found[index] = file
    }
    if let calibration, !missing.isEmpty {
      var probing = LossProbe.Options()
      probing.seed = options.seed
      probing.measure = options.loss?.core
      let probe = try LossProbe(calibration, options: probing)
      var next = missing[...]
      try calibration.forEachLayer(
        missing.map { network.layers[$0].calibrated }, parts: parts
      ) { layer, statistics in
        guard let index = next.popFirst() else { return }
        try progress(
          "probing \(network.layers[index].name),",
          Double(index) / Double(network.layers.count))
        try price(
          index, statistics, try probe.unit(of: layer, statistics: statistics, parts: parts))
      }
    } else {
      for index in missing {
        let groupCount = network.layers[index].calibrated.groupCount
        try price(index, [LayerStatistics?](repeating: nil, count: groupCount), .assumed)
      }
    }
    frontiers = found.compactMap { $0?.frontier }
    units = found.compactMap { $0?.unit }
  }

  /// The best measure that a layer's size allows.
  private static func measure(for weights: [FilterWeights]) -> Importance.Measure {
    let work = weights.reduce(0.0) { sum, group in
      let kept = Double(group.matrix.nonZeroCount) / Double(max(1, group.matrix.rows))
      return sum + Double(group.matrix.rows) * kept * kept * kept
    }
    // Two thirds for each inverse, at sixteen prices and in two rounds.
    return work * 2 / 3 * 32 <= surgeonWork ? .optimalBrainSurgeon : .inputPower
  }
}
