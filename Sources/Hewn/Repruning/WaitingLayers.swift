internal import Covers
internal import PlanFiles
internal import Repruning
internal import Synchronization

/// Layers whose statistics are known, and that are priced side by side.
struct WaitingLayers {
  /// The floating-point operations for a layer's importances above which weights are taken to be worth what
  /// they are without a refit: some minutes of a core.
  private static let surgeonWork = 2e12

  struct Layer {
    let index: Int
    let priced: PricedLayer
    let unit: LossUnit
    let rounds: LayerRounds.Options
    /// By which layers that take longer come first.
    var entryCount: Int {
      priced.parts.reduce(0) { $0 + $1.weights.matrix.values.count }
    }
  }

  /// The most memory for statistics that wait, but for those of the last layer.
  private static let byteLimit = 1 << 29
  private var byteCount = 0
  private var layers: [Layer] = []
  private let network: NetworkToReprune
  private let options: RepruneOptions
  private let rounds: LayerRounds.Options
  private let checkpoint: Checkpoint?
  private let parts: PartLoop
  private let progress: Repruner.ProgressUpdate

  init(
    _ network: NetworkToReprune, _ options: RepruneOptions, _ rounds: LayerRounds.Options,
    _ checkpoint: Checkpoint?, _ parts: @escaping PartLoop,
    _ progress: @escaping Repruner.ProgressUpdate
  ) {
    self.network = network
    self.options = options
    self.rounds = rounds
    self.checkpoint = checkpoint
    self.parts = parts
    self.progress = progress
  }

  /// Whether to price what waits before there is more: where it takes much memory, and with a checkpoint, so
  /// that a run that is stopped loses little.
  var isEnough: Bool {
    byteCount > Self.byteLimit
      || checkpoint != nil && layers.count >= 2 * network.options.threads
  }

  mutating func add(
    _ index: Int, _ statistics: [LayerStatistics?], _ unit: LossUnit
  ) throws {
    let layer = network.layers[index]
    let weights = try layer.calibrated.filterWeights(in: network.calibrationGraph)
    var rounds = rounds
    rounds.measure = options.importance?.core ?? Self.measure(for: weights)
    let priced = PricedLayer(
      name: layer.name,
      parts: zip(weights, statistics).map { PricedLayer.Part(weights: $0, statistics: $1) },
      costs: layer.costs, exactCosts: layer.exactCosts, lossPerError: unit.value,
      adaptsBias: layer.calibrated.mayChangeBias)
    layers.append(Layer(index: index, priced: priced, unit: unit, rounds: rounds))
    byteCount += statistics.reduce(0) { $0 + ($1?.byteCount ?? 0) }
  }

  /// Finds what the layers may become: side by side, but for those that would keep one thread busy for longer
  /// than all others take.
  mutating func price(into found: inout [FrontierFile?]) throws {
    let layers = layers.sorted { ($1.entryCount, $0.index) < ($0.entryCount, $1.index) }
    self.layers = []
    byteCount = 0
    let share = layers.reduce(0) { $0 + $1.entryCount } / network.options.threads
    let largeCount = layers.prefix { $0.entryCount > share }.count
    let run = PricingRun(
      network.layers.count, done: found.count { $0 != nil }, checkpoint, progress)
    var files: [FrontierFile] = []
    for layer in layers[..<largeCount] { files.append(try run(layer, parts)) }
    files += try collect(layers.count - largeCount, parts) { part throws(any Error) in
      try run(layers[largeCount + part], runInOrder)
    }
    for (layer, file) in zip(layers, files) { found[layer.index] = file }
  }

  /// The best measure that a layer's size allows.
  private static func measure(for weights: [FilterWeights]) -> Importance.Measure {
    let weightCount = weights.reduce(0) { $0 + $1.matrix.nonZeroCount }
    let work = weights.reduce(0.0) { sum, group in
      let kept = Double(group.matrix.nonZeroCount) / Double(max(1, group.matrix.rows))
      return sum + Double(group.matrix.rows) * kept * kept * kept
    }
    // Two thirds for each inverse, at all prices and in two rounds.
    let rounds = Double(2 * LayerFrontier.standardPriceCount(weightCount: weightCount))
    return work * 2 / 3 * rounds <= surgeonWork ? .optimalBrainSurgeon : .inputPower
  }
}

/// Layers that several threads price.
///
/// Once one of them has failed, no other one begins.
private final class PricingRun: Sendable {
  private struct State {
    var begunCount: Int
    var failure: (any Error)?
  }

  private let count: Int
  private let state: Mutex<State>
  private let checkpoint: Checkpoint?
  private let progress: Repruner.ProgressUpdate

  /// - Parameters:
  ///   - count: all layers of the network.
  ///   - done: those that were priced before.
  init(
    _ count: Int, done: Int, _ checkpoint: Checkpoint?,
    _ progress: @escaping Repruner.ProgressUpdate
  ) {
    self.count = count
    self.checkpoint = checkpoint
    self.progress = progress
    state = Mutex(State(begunCount: done))
  }

  func callAsFunction(
    _ layer: WaitingLayers.Layer, _ parts: @escaping PartLoop
  ) throws -> FrontierFile {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      do {
        try progress("pricing \(layer.priced.name),", Double(state.begunCount) / Double(count))
        state.begunCount += 1
      } catch {
        state.failure = error
        throw error
      }
    }
    do {
      let file = FrontierFile(
        frontier: try LayerFrontier(layer.priced, options: layer.rounds, parts: parts),
        unit: layer.unit)
      try checkpoint?.write(file, layer.index)
      return file
    } catch {
      state.withLock { $0.failure = $0.failure ?? error }
      throw error
    }
  }
}
