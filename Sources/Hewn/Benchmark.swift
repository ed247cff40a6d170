internal import Runtime

/// Measures how fast plans of one model run, taking turns.
public struct Benchmark: Sendable {
  /// How long each plan runs before it is measured, in seconds; once at least.
  public var warmup = 0.5
  /// How long each plan is measured, in seconds.
  public var duration = 3.0
  /// The fewest runs of each plan that are measured.
  public var minimumIterations = 10
  /// Whether each layer is measured too, in runs of their own.
  public var profiles = false
  /// What random inputs are made from.
  public var seed: UInt64 = 0

  /// The time that a plan runs before it is another's turn: long enough that cold caches after the
  /// change do not count, short enough that both meet the same machine.
  static let turn = Duration.milliseconds(50)
  /// How much slower the chosen engine must be measured before the choice counts as wrong.
  static let wrongChoiceFactor = 1.05

  /// Makes a measurement with the usual settings.
  public init() {}

  init(warmup: Double, duration: Double) { (self.warmup, self.duration) = (warmup, duration) }

  /// Measures plans that were compiled from one model, at most one for each engine.
  ///
  /// - Parameters:
  ///   - plans: the first one's choices are those that the report's layers name.
  ///   - inputs: tensors by input name; inputs without one are random.
  ///   - progress: called between runs with a phase and the fraction of it that is done.
  /// - Throws: ``HewnError``: `invalidArgument` for settings out of range, two plans of one engine
  ///   or inputs that do not fit, `outOfMemory`.
  public func run(
    _ plans: [Plan], inputs: [String: Tensor] = [:],
    progress: (_ phase: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws -> BenchReport {
    guard let first = plans.first, Set(plans.map(\.engine)).count == plans.count else {
      throw HewnError(.invalidArgument, "give one plan for each engine to measure")
    }
    try check()
    // Measured only where layers are compared with it.
    let peak =
      profiles ? try rethrowing { try first.device.measurePeakGFLOPs(threads: first.threads) } : nil
    let contenders = try plans.map { try Contender($0, inputs: inputs, seed: seed) }
    try take(turns: contenders, for: warmup, atLeast: 1, { try $0.warmUp() }) {
      progress("warm-up", $0)
    }
    try take(turns: contenders, for: duration, atLeast: minimumIterations, { try $0.measure() }) {
      progress("measuring", $0)
    }
    if profiles {
      try take(turns: contenders, for: duration, atLeast: minimumIterations, { try $0.profile() }) {
        progress("profiling", $0)
      }
    }
    return BenchReport(
      model: first.model, device: first.device, instructionSet: first.instructionSet,
      gpu: first.gpu, precision: first.precision, costs: first.costs, threads: first.threads,
      batch: first.batch,
      settings: BenchReport.Settings(
        warmupSeconds: warmup, durationSeconds: duration, minimumIterations: minimumIterations,
        seed: seed),
      engines: Dictionary(
        uniqueKeysWithValues: contenders.map {
          ($0.plan.engine.rawValue, BenchReport.Timing(milliseconds: $0.times, batch: first.batch))
        }),
      layers: Self.layers(of: contenders, peak: peak), peakGFLOPs: peak)
  }

  /// - Throws: ``HewnError``: `invalidArgument` for settings out of range.
  private func check() throws(HewnError) {
    let limit = 86_400.0
    guard (0...limit).contains(warmup), (0...limit).contains(duration), minimumIterations >= 1
    else {
      throw HewnError(
        .invalidArgument,
        "warm-up and duration must lie in 0…\(Int(limit)) s, and iterations be at least 1")
    }
  }

  /// Measures plans, which take turns: the median time of a run, and of each of its layers.
  ///
  /// - Throws: ``HewnError``: `invalidArgument` for settings out of range, `outOfMemory`, and what running
  ///   throws.
  func medians(of plans: [Plan]) throws -> [MedianTimes] {
    try check()
    let contenders = try plans.map { try Contender($0, inputs: [:], seed: seed) }
    try take(turns: contenders, for: warmup, atLeast: 1, { try $0.warmUp() }) { _ in }
    for run in [Contender.measure, Contender.profile] {
      try take(
        turns: contenders, for: duration, atLeast: minimumIterations, { try run($0)() }
      ) { _ in }
    }
    return contenders.map { contender in
      let layers = contender.layerMilliseconds
      return MedianTimes(
        milliseconds: percentile(50, of: contender.times.sorted()),
        layers: Dictionary(
          layers.map { ($0.name, $1) }, uniquingKeysWith: { first, _ in first }))
    }
  }

  /// What a run of a plan takes, in milliseconds.
  struct MedianTimes {
    let milliseconds: Double
    /// Layers by name; nodes have names of their own.
    let layers: [String: Double]

    func scaled(by factor: Double) -> MedianTimes {
      MedianTimes(milliseconds: factor * milliseconds, layers: layers.mapValues { factor * $0 })
    }

    /// The layers of some names; zero where there is none.
    func milliseconds(ofLayers names: [String]) -> [Double] { names.map { layers[$0] ?? 0 } }
  }

  /// Lets the contenders run in turns until each has run for `seconds` and `atLeast` times.
  private func take(
    turns contenders: [Contender], for seconds: Double, atLeast minimumCount: Int,
    _ run: (Contender) throws -> Void, progress: (Double) -> Void
  ) throws {
    let clock = ContinuousClock()
    let goal = Duration.seconds(seconds)
    var spent = [Duration](repeating: .zero, count: contenders.count)
    var counts = [Int](repeating: 0, count: contenders.count)
    func isOpen(_ index: Int) -> Bool { spent[index] < goal || counts[index] < minimumCount }

    while contenders.indices.contains(where: isOpen) {
      for (index, contender) in contenders.enumerated() where isOpen(index) {
        let start = clock.now
        var elapsed = Duration.zero
        repeat {
          try run(contender)
          counts[index] += 1
          elapsed = clock.now - start
        } while elapsed < Self.turn
          && (spent[index] + elapsed < goal || counts[index] < minimumCount)
        spent[index] += elapsed
      }
      let byTime = spent.map { goal > .zero ? $0 / goal : 1 }
      let byCount = counts.map { Double($0) / Double(minimumCount) }
      progress(min(1, (byTime + byCount).min() ?? 1))
    }
  }

  /// Joins the layers of all contenders by name; a name that occurs again is another layer.
  private static func layers(of contenders: [Contender], peak: Double?) -> [BenchReport.Layer] {
    let profiles = contenders.map(\.layerMilliseconds)
    guard let first = contenders.first, let chosen = profiles.first else { return [] }
    let total = chosen.values.reduce(0, +)
    return zip(first.layerKeys, first.plan.layers).map { key, layer in
      var result = BenchReport.Layer(
        name: layer.name, op: layer.op, engine: layer.engine, denseFlops: layer.denseFlops,
        nonZeroFlops: layer.nonZeroFlops, predictedMilliseconds: layer.predictedMilliseconds)
      for (contender, profile) in zip(contenders, profiles) {
        result.milliseconds[contender.plan.engine.rawValue] = profile[key]?.rounded(places: 6)
      }
      if let milliseconds = chosen[key], milliseconds > 0 {
        let gflops = Double(layer.nonZeroFlops) / milliseconds / 1e6
        result.share = (milliseconds / total).rounded(places: 6)
        result.gflops = gflops.rounded(places: 6)
        result.denseEquivalentGFLOPs = (Double(layer.denseFlops) / milliseconds / 1e6)
          .rounded(places: 6)
        result.shareOfPeak = peak.map { (gflops / $0).rounded(places: 6) }
      }
      if let peak, let flops = layer.boundFlops {
        result.boundMilliseconds = (Double(flops) / peak / 1e6).rounded(places: 6)
      }
      if layer.engine == "sparse", let sparse = result.milliseconds["sparse"],
        let dense = result.milliseconds["dense"]
      {
        result.isWrongChoice = sparse > wrongChoiceFactor * dense
      }
      return result
    }
  }
}

/// A plan under measurement.
private final class Contender {
  /// A layer by its name and how many layers before it have the same name.
  struct LayerKey: Hashable {
    var name: String
    var occurrence: Int
  }

  let plan: Plan
  let layerKeys: [LayerKey]
  /// Wall times of whole runs in milliseconds.
  private(set) var times: [Double] = []
  private let session: any PlanSession
  private let clock = ContinuousClock()
  /// Nanoseconds of each layer, run after run.
  private var layerTimes: [[UInt64]]
  private var scratch: [UInt64]

  init(_ plan: Plan, inputs: [String: Tensor], seed: UInt64) throws {
    self.plan = plan
    session = try rethrowing { try plan.core.makeSession() }
    let tensors = try plan.randomInputs(seed: seed).merging(inputs) { _, given in given }
    try Session.setInputs(tensors, ports: plan.inputs, of: session)
    var occurrences: [String: Int] = [:]
    layerKeys = plan.core.layers.map { layer in
      defer { occurrences[layer.name, default: 0] += 1 }
      return LayerKey(name: layer.name, occurrence: occurrences[layer.name, default: 0])
    }
    layerTimes = Array(repeating: [], count: layerKeys.count)
    scratch = Array(repeating: 0, count: layerKeys.count)
  }

  func warmUp() throws { try rethrowing { try session.execute() } }

  func measure() throws {
    let start = clock.now
    try rethrowing { try session.execute() }
    times.append((clock.now - start) / .milliseconds(1))
  }

  func profile() throws {
    for index in scratch.indices { scratch[index] = 0 }
    try rethrowing {
      try scratch.withUnsafeMutableBufferPointer { try session.execute(addingTimesTo: $0) }
    }
    for (index, time) in scratch.enumerated() { layerTimes[index].append(time) }
  }

  /// The median time of each layer; empty before `profile`.
  var layerMilliseconds: [LayerKey: Double] {
    var result: [LayerKey: Double] = [:]
    for (key, times) in zip(layerKeys, layerTimes) where !times.isEmpty {
      result[key] = percentile(50, of: times.map { Double($0) / 1e6 }.sorted())
    }
    return result
  }
}
