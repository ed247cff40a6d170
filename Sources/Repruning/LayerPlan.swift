package import Covers
package import Tensors

/// One thing that a layer may become: what it is, or a round of dropping.
package struct LayerPlan: Sendable {
  package enum Form: String, Codable, Sendable {
    /// The layer's own weights by a dense kernel.
    case dense
    /// The layer's own weights by exact covers.
    case exact
    /// Other weights by covers.
    case repruned
  }

  package let form: Form
  /// For each filter matrix; none for a dense layer.
  package let covers: [Cover]
  /// The time of the layer, and what it would take by exact covers and dense.
  package let time: Double
  package let exactTime: Double
  package let denseTime: Double
  /// The relative error after dropping, and after compensation.
  package let relativeErrors: (dropped: Double, refitted: Double)
  /// a_l · E / ‖Y‖².
  package let loss: Double
  /// The weights that are zero now and were not.
  package let droppedCount: Int
  /// The weights that were zero and are not.
  package let filledCount: Int
  /// The weights that were kept and have changed.
  package let refittedCount: Int
  /// For each filter matrix the filters without importances or weights of their own, ascending.
  package let unsolvedFilters: [[Int]]
  /// For each filter matrix.
  private let source: Source

  /// Covers have the weights of a layer that has changed, so that many plans of one fit in memory.
  private enum Source: Sendable {
    case own([FilterWeights])
    case covers(biases: [[Float]])
  }

  /// For each filter matrix.
  ///
  /// - Complexity: O(M·K) where the layer has changed.
  package var weights: [FilterWeights] {
    switch source {
    case .own(let weights): weights
    case .covers(let biases):
      zip(covers, biases).map { FilterWeights(matrix: $0.multipliedOut(), bias: $1) }
    }
  }

  /// The weights that are not zero.
  package var nonZeroCount: Int {
    switch source {
    case .own(let weights): weights.reduce(0) { $0 + $1.matrix.nonZeroCount }
    case .covers: covers.reduce(0) { $0 + $1.nonZeroCount }
    }
  }
}

extension LayerPlan {
  /// The layer as it is, in the faster form.
  init(unchanged layer: PricedLayer, _ baseline: LayerBaseline) {
    let isDense = layer.costs.denseTime <= baseline.exactTime
    self.init(
      form: isDense ? .dense : .exact, covers: isDense ? [] : baseline.covers,
      time: min(layer.costs.denseTime, baseline.exactTime), exactTime: baseline.exactTime,
      denseTime: layer.costs.denseTime,
      relativeErrors: (baseline.relativeError, baseline.relativeError),
      loss: layer.lossPerError * baseline.relativeError, droppedCount: 0, filledCount: 0,
      refittedCount: 0, unsolvedFilters: layer.parts.map { _ in [] },
      source: .own(layer.parts.map(\.weights)))
  }

  init(_ round: LayerRounds.Round, of layer: PricedLayer, _ baseline: LayerBaseline) {
    var (dropped, filled, refitted) = (0, 0, 0)
    for (part, weights) in zip(layer.parts, round.weights) {
      for (before, after) in zip(part.weights.matrix.values, weights.matrix.values)
      where before != after {
        if after == 0 { dropped += 1 } else if before == 0 { filled += 1 } else { refitted += 1 }
      }
    }
    self.init(
      form: .repruned, covers: round.covers.map { $0.forgettingDropped() }, time: round.time,
      exactTime: baseline.exactTime,
      denseTime: layer.costs.denseTime, relativeErrors: round.relativeErrors,
      loss: layer.lossPerError * round.relativeErrors.refitted, droppedCount: dropped,
      filledCount: filled, refittedCount: refitted, unsolvedFilters: round.unsolvedFilters,
      source: .covers(biases: round.weights.map(\.bias)))
  }
}

extension LayerPlan {
  /// A plan without its covers, weights and filters, as files have it.
  package struct Record: Codable, Hashable, Sendable {
    package let form: Form
    package let time: Double
    package let exactTime: Double
    /// Infinite where no dense kernel computes the layer.
    package let denseTime: Double
    package let droppedError: Double
    package let refittedError: Double
    package let loss: Double
    package let droppedCount: Int
    package let filledCount: Int
    package let refittedCount: Int
  }

  package var record: Record {
    Record(
      form: form, time: time, exactTime: exactTime, denseTime: denseTime,
      droppedError: relativeErrors.dropped, refittedError: relativeErrors.refitted, loss: loss,
      droppedCount: droppedCount, filledCount: filledCount, refittedCount: refittedCount)
  }

  /// What was found before.
  ///
  /// - Parameters:
  ///   - record: what ``record`` was, of which nothing is believed.
  ///   - weights: those of the covers, which may be none.
  /// - Throws: `invalidFile`.
  package init(
    restoring record: Record, covers: [Cover], weights: [FilterWeights], unsolvedFilters: [[Int]]
  ) throws(HewnError) {
    let finite = [
      ("time", record.time), ("exactTime", record.exactTime), ("loss", record.loss),
      ("droppedError", record.droppedError), ("refittedError", record.refittedError),
    ]
    for (name, value) in finite where !(value >= 0 && value.isFinite) {
      throw HewnError(.invalidFile, "a plan of a layer with the \(name) \(value)")
    }
    guard record.denseTime >= 0 else {
      throw HewnError(.invalidFile, "a plan of a layer with the denseTime \(record.denseTime)")
    }
    for count in [record.droppedCount, record.filledCount, record.refittedCount] where count < 0 {
      throw HewnError(.invalidFile, "a plan of a layer with \(count) changed weights")
    }
    guard record.form == .dense || !covers.isEmpty else {
      throw HewnError(.invalidFile, "a plan of a layer without covers")
    }
    self.init(
      form: record.form, covers: covers, time: record.time, exactTime: record.exactTime,
      denseTime: record.denseTime,
      relativeErrors: (record.droppedError, record.refittedError), loss: record.loss,
      droppedCount: record.droppedCount, filledCount: record.filledCount,
      refittedCount: record.refittedCount, unsolvedFilters: unsolvedFilters,
      source: record.form == .repruned ? .covers(biases: weights.map(\.bias)) : .own(weights))
  }
}
