internal import Covers
internal import Graphs
internal import PlanFiles
internal import Repruning
internal import Tensors

extension RepruneRun {
  /// What was found, measured beside the network that was read.
  func repruned(
    _ found: Candidate, tried: [RepruneReport.Point], _ budget: RepruneBudget
  ) throws -> Repruned {
    let candidate = try timed(found)
    let before = candidate.times?.before ?? originalTimes
    let outcome = reached(candidate, of: budget)
    var report = report(
      points: [originalPoint(before)] + tried, result: point(candidate),
      budget: RepruneReport.Budget(
        kind: budget.kind, asked: budget.asked, reached: outcome.value.rounded(significant: 6),
        isMet: outcome.isMet))
    report.layers = layers(candidate, before: before)
    report.accuracy = accuracy(candidate)
    return Repruned(
      report: report, file: network.file, graph: graph(of: candidate),
      layers: network.layers.map(\.timed), masks: masks(candidate))
  }

  func report(
    points: [RepruneReport.Point], result: RepruneReport.Point?, budget: RepruneReport.Budget?
  ) -> RepruneReport {
    let compiler = network.compiler
    return RepruneReport(
      hewnVersion: Release.version, model: network.model,
      target: RepruneReport.Target(
        device: network.options.device, instructionSet: compiler.instructionSet,
        gpu: compiler.gpu, precision: network.options.precision,
        costs: compiler.costs.map(CostSummary.init), threads: network.options.threads,
        batch: network.graph.inputs.first.map {
          network.graph[$0].type.shape.dimensions.first ?? 1
        } ?? 1),
      method: RepruneReport.Method(
        compensation: calibration == nil ? .none : options.compensation,
        importance: calibration == nil ? .magnitude : options.importance,
        loss: options.loss, leastHeight: options.leastHeight, prunesDense: options.prunesDense,
        refitsInOrder: refitsInOrder, seed: options.seed),
      budget: budget, calibration: calibration.map(RepruneReport.Images.init),
      evaluation: evaluation.map(RepruneReport.Images.init), result: result, points: points,
      accuracy: nil, layers: [], leftAlone: network.exceptions, notes: notes, file: nil,
      masks: nil, seconds: nil)
  }

  private var notes: [String] {
    var notes: [String] = []
    if let note = network.compiler.note { notes.append(note) }
    if originalPlan == nil {
      notes.append(
        "nothing is measured on the device \(network.options.device.rawValue): times and speed-ups are"
          + " predicted, and those of the layers that may be re-pruned alone")
    }
    if calibration == nil {
      let unknown = evaluation == nil ? ", and what that costs in accuracy is not known" : ""
      notes.append(
        "without images weights are dropped by their squares, and nothing makes up for them\(unknown);"
          + " a few hundred images change that")
    }
    let unstable = zip(network.layers, units).filter { $1.relativeSpread > 1 }.map(\.0.name)
    if !unstable.isEmpty {
      notes.append(
        "the loss that errors cost varies by more than its mean between draws for"
          + " \(unstable.prefix(3).joined(separator: ", "))\(unstable.count > 3 ? ", …" : "")")
    }
    let silent = zip(network.layers, units).filter { $1.value == 0 }.map(\.0.name)
    if !silent.isEmpty {
      notes.append(
        "noise in \(silent.prefix(3).joined(separator: ", "))\(silent.count > 3 ? ", …" : "")"
          + " does not change the outputs on the images, so that nothing is dropped there")
    }
    return notes
  }

  /// The network as it was read.
  func originalPoint(_ times: Benchmark.MedianTimes?) -> RepruneReport.Point {
    var point = point(
      Candidate(
        plan: pruning.unchanged, pass: nil, measured: measure?.original,
        times: times.map { ($0, $0) }))
    point.predictedLoss = 0
    return point
  }

  func point(_ candidate: Candidate) -> RepruneReport.Point {
    let plan = candidate.plan
    let unit = network.nanosecondsPerMillisecond
    let names = network.layers.map(\.name)
    let times = candidate.times?.after
    return RepruneReport.Point(
      lambda: plan.lambda.isFinite && plan.lambda < 1e300
        ? (plan.lambda / unit).rounded(significant: 6) : nil,
      zeros: zeros(of: candidate).rounded(places: 6),
      predictedMilliseconds: (plan.layerTime / unit).rounded(significant: 6),
      measuredMilliseconds: times.map {
        $0.milliseconds(ofLayers: names).reduce(0, +).rounded(significant: 6)
      },
      networkMilliseconds: times?.milliseconds.rounded(significant: 6),
      predictedLoss: plan.loss.rounded(significant: 6),
      measuredLoss: candidate.measured.flatMap {
        $0.loss.isFinite ? $0.loss.rounded(significant: 6) : nil
      },
      accuracy: candidate.measured?.accuracy?.rounded(places: 6),
      isInOrder: candidate.pass != nil)
  }

  private func accuracy(_ candidate: Candidate) -> PairedAccuracy? {
    guard let before = measure?.original.isRight, let after = candidate.measured?.isRight,
      !before.isEmpty
    else { return nil }
    var counts = PairedCounts()
    for (after, before) in zip(after, before) { counts.add(model: after, other: before) }
    return counts.accuracy(
      Bootstrap(resampleCount: PairedEvaluation.resampleCount, seed: options.seed))
  }

  private func layers(
    _ candidate: Candidate, before: Benchmark.MedianTimes?
  ) -> [RepruneReport.Layer] {
    let unit = network.nanosecondsPerMillisecond
    let names = network.layers.map(\.name)
    let measuredBefore = before?.milliseconds(ofLayers: names)
    let measuredAfter = candidate.times?.after.milliseconds(ofLayers: names)
    return network.layers.indices.map { index in
      let layer = network.layers[index]
      let plan = candidate.plan.layers[index]
      let passed = candidate.pass?.layers[index]
      let original = pruning.frontiers[index].unchanged
      let changes = WeightChanges(from: original.weights, to: passed?.weights ?? plan.weights)
      let statistics = plan.covers.map(\.statistics)
      var segments: [String: Int] = [:]
      for height in statistics.flatMap(\.heights) {
        segments["\(height.height)", default: 0] += height.segmentCount
      }
      func milliseconds(_ time: Double) -> Double { (time / unit).rounded(significant: 6) }
      return RepruneReport.Layer(
        name: layer.name, weights: layer.weights,
        filters: layer.timed.rows * layer.timed.groupCount, taps: layer.timed.taps,
        form: plan.form.rawValue, zeroCount: changes.zeroCount,
        droppedCount: changes.droppedCount, filledCount: changes.filledCount,
        refittedCount: changes.refittedCount, segments: segments,
        leafCount: statistics.reduce(0) { $0 + $1.leafCount },
        lossPerError: units[index].value.rounded(significant: 6),
        relativeError: (passed?.relativeErrors?.refitted ?? plan.relativeErrors.refitted)
          .rounded(significant: 6),
        unsolvedCount: (passed?.unsolvedFilters ?? plan.unsolvedFilters).joined().count,
        denseMilliseconds: plan.denseTime.isFinite ? milliseconds(plan.denseTime) : nil,
        predictedBefore: milliseconds(original.time), predictedAfter: milliseconds(plan.time),
        measuredBefore: measuredBefore?[index].rounded(significant: 6),
        measuredAfter: measuredAfter?[index].rounded(significant: 6))
    }
  }

  private func masks(_ candidate: Candidate) -> WeightMasks {
    WeightMasks(
      layers: network.layers.indices.map { index in
        let layer = network.layers[index].timed
        let plan = candidate.plan.layers[index]
        let weights = candidate.pass?.layers[index].weights ?? plan.weights
        let kept =
          plan.form == .repruned
          ? plan.covers.map { KeptEntries($0, fillsSlots: true) }
          : weights.map { KeptEntries(nonZerosOf: $0.matrix) }
        return WeightMasks.Layer(
          weights: network.layers[index].weights,
          shape: network.graph[layer.weights].type.shape,
          mask: layer.elements(of: kept) { $0[$1, $2] },
          order: plan.covers.isEmpty
            ? weights.map { Array(0..<$0.matrix.rows) } : plan.covers.map(\.order))
      })
  }
}

/// How weights differ.
private struct WeightChanges {
  var (zeroCount, droppedCount, filledCount, refittedCount) = (0, 0, 0, 0)

  init(from before: [FilterWeights], to after: [FilterWeights]) {
    for (before, after) in zip(before, after) {
      for (before, after) in zip(before.matrix.values, after.matrix.values) {
        if before == 0 { zeroCount += 1 }
        if before == after { continue }
        if after == 0 {
          droppedCount += 1
        } else if before == 0 {
          filledCount += 1
        } else {
          refittedCount += 1
        }
      }
    }
  }
}

extension RepruneReport.Images {
  fileprivate init(_ images: RepruneImages) {
    self.init(source: images.source, count: images.count, hasLabels: images.labels != nil)
  }
}

extension RepruneBudget {
  /// The name in reports.
  var kind: String {
    switch self {
    case .accuracyDrop: "accuracy-drop"
    case .error: "error"
    case .speedup: "speedup"
    case .zeros: "zeros"
    }
  }

  var asked: Double {
    switch self {
    case .accuracyDrop(let value), .error(let value), .speedup(let value), .zeros(let value):
      value
    }
  }
}
