package import Covers
package import Tensors

/// What a layer is before anything is dropped: all that does not depend on λ.
package struct LayerBaseline: Sendable {
  /// The exact covers.
  package let covers: [Cover]
  /// The time of the layer with exact covers.
  package let exactTime: Double
  /// The relative error with the layer's own weights; above zero where its inputs have changed.
  package let relativeError: Double
  /// Of each filter matrix.
  package let importances: [Importance]

  /// - Throws: `outOfMemory`.
  package init(
    _ layer: PricedLayer, options: LayerRounds.Options = .init(), parts: PartLoop = runInOrder
  ) throws(HewnError) {
    covers = layer.parts.map { options.search($0.weights.matrix, costs: layer.exactCosts).cover }
    exactTime = layer.costs.floor.time(
      covers: covers.reduce(0) { $0 + ($1.predictedCost ?? .infinity) })
    relativeError = layer.relativeError(of: layer.parts.map(\.weights))
    importances = try layer.importances(
      of: layer.parts.map(\.weights), kept: nil, options: options, parts: parts)
  }
}

extension PricedLayer {
  /// The importances of weights, each as a part of the outputs of its own filter matrix.
  ///
  /// - Parameter kept: the entries that a refit may change; nil for the weights that are not zero.
  func importances(
    of weights: [FilterWeights], kept: [KeptEntries]?, options: LayerRounds.Options,
    parts loop: PartLoop
  ) throws(HewnError) -> [Importance] {
    var result: [Importance] = []
    for (index, part) in parts.enumerated() {
      guard let statistics = part.statistics else {
        result.append(Importance(magnitudesOf: weights[index].matrix))
        continue
      }
      result.append(
        try Importance(
          options.measure, of: weights[index].matrix, statistics: statistics, kept: kept?[index],
          bias: adaptsBias ? nil : weights[index].bias, damping: options.damping, parts: loop))
    }
    return result
  }
}
