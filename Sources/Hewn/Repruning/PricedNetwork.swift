internal import PlanFiles
internal import Repruning
internal import Tensors

/// What each layer of a network may become, and what its errors cost.
struct PricedNetwork {
  let frontiers: [LayerFrontier]
  let units: [LossUnit]

  /// Prices layers by calibration images, or by the squares of weights without any.
  ///
  /// - Throws: as ``Calibration/forEachLayer(_:byteLimit:parts:_:)`` and ``LossProbe``; `io` and `invalidFile`
  ///   for a checkpoint; what `progress` throws.
  init(
    _ network: NetworkToReprune, _ calibration: Calibration?, _ options: RepruneOptions,
    _ rounds: LayerRounds.Options, checkpoint: Checkpoint?, parts: @escaping PartLoop,
    progress: @escaping Repruner.ProgressUpdate
  ) throws {
    let graph = network.calibrationGraph
    var found = [FrontierFile?](repeating: nil, count: network.layers.count)
    for (index, layer) in network.layers.enumerated() {
      let groups = try layer.calibrated.filterWeights(in: graph)
      found[index] = try checkpoint?.read(index, groups: groups)
    }
    let missing = found.indices.filter { found[$0] == nil }
    var waiting = WaitingLayers(network, options, rounds, checkpoint, parts, progress)
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
        try waiting.add(
          index, statistics, try probe.unit(of: layer, statistics: statistics, parts: parts))
        if waiting.isEnough { try waiting.price(into: &found) }
      }
    } else {
      for index in missing {
        let groupCount = network.layers[index].calibrated.groupCount
        try waiting.add(index, [LayerStatistics?](repeating: nil, count: groupCount), .assumed)
      }
    }
    try waiting.price(into: &found)
    frontiers = found.compactMap { $0?.frontier }
    units = found.compactMap { $0?.unit }
  }
}
