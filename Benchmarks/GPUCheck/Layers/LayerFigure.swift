import Covers
import GPUCatalogue
import GPUKernels

/// How a layer is computed, how long that is predicted to take, and how long it takes.
struct LayerFigure: Encodable {
  struct Shape: Encodable {
    var channels: Int
    var filters: Int
    var size: Int
    var kernel: Int
    var stride: Int
    var padding: Int
    var groups: Int
  }

  struct Prediction: Encodable {
    var seconds: Double
    var limiter: String
    /// That each part of the GPU is busy.
    var limits: [String: Double]
  }

  /// That the plan is for.
  var gpu: String
  var layer: String
  var shape: Shape
  /// How often the network has it.
  var count: Int
  var precision: String
  var weights: String
  /// The share of the weights that are not zero.
  var density: Double

  var kernel: String
  var tile: String
  var channelsPerChunk: Int
  var stageCount: Int
  var splitCount: Int
  var waves: Double

  /// Of the matrix of weights: what segments and leaves cover, in all and by height.
  var coverArea: Double
  var coverAreaByHeight: [String: Double]
  /// On blocks alone, whose taps are filled up to whole steps: what is multiplied with them, and their share.
  var multipliedArea: Double?
  var paddingShare: Double?
  /// On blocks: wavefronts of shared memory for the taps of a segment and a pixel, by those without bank
  /// conflicts; what fills up steps apart.
  var wavefrontRatio: Double?

  var planningSeconds: Double
  /// All that must be read and written once, at the memory's bandwidth.
  var memoryFloorSeconds: Double
  var predicted: Prediction

  /// With tensors that rotate over more than the second-level cache, and with the same ones each time; absent
  /// where a set of tensors is greater than the cache, as both are the same.
  var cold: BenchMeasurement?
  var warm: BenchMeasurement?
  /// What is wrong.
  var fault: String?

  var name: String { "\(layer), \(precision), \(weights)" }

  init(_ planned: PlannedLayer, _ figures: GPUFigures) throws {
    let (layer, plan) = (planned.layer, planned.plan)
    gpu = figures.name
    self.layer = layer.description
    shape = Shape(
      channels: layer.channels, filters: layer.filters, size: layer.size, kernel: layer.kernel,
      stride: layer.stride, padding: layer.padding, groups: layer.groups)
    count = layer.count
    precision = planned.precision.rawValue
    weights = planned.pattern.description
    let matrices = planned.branches.map(\.weights.matrix)
    let all = Double(layer.filters * layer.tapCount)
    density = Double(matrices.reduce(0) { $0 + $1.nonZeroCount }) / all

    let isOnBlocks: Bool
    switch plan {
    case .blocks(let plan):
      let (tiling, counts) = (plan.layer.tiling, plan.layer.counts)
      isOnBlocks = true
      kernel = BlockKernel(plan.layer).name
      tile =
        "\(tiling.form.rawValue)s, \(tiling.rootsPerBlock)×\(tiling.rootRows) rows,"
        + " \(tiling.tileGroups)×\(tiling.tileRows)×\(tiling.tileColumns) of"
        + " \(tiling.pixelWarps)×\(tiling.pixelsPerWarp) pixels"
      (channelsPerChunk, stageCount) = (tiling.channelsPerChunk, tiling.stageCount)
      splitCount = tiling.splitCount
      multipliedArea =
        Double(counts.bandSteps * BlockTiling.bandRows * tiling.precision.stepTaps) / all
      let filling = counts.paddingTapCount
      paddingShare = Double(filling) / Double(max(1, counts.tapCount + filling))
      wavefrontRatio = counts.conflictRatio
    case .leaves(let plan):
      let tiling = plan.tiling
      isOnBlocks = false
      kernel = LeafKernel(try plan.packed()).name
      tile =
        "leaves, \(tiling.rowCount) rows,"
        + " \(tiling.tileGroups)×\(tiling.tileRows)×\(tiling.tileColumns) pixels"
      (channelsPerChunk, stageCount) = (tiling.channelsPerChunk, tiling.stageCount)
      splitCount = tiling.splitCount
    }
    waves = plan.prediction.waves

    let areas = plan.covers.reduce(into: [:]) { areas, cover in
      areas.merge(cover.areas(onBlocks: isOnBlocks), uniquingKeysWith: +)
    }
    coverArea = Double(areas.values.reduce(0, +)) / all
    coverAreaByHeight = Dictionary(
      uniqueKeysWithValues: areas.map { ("\($0)", Double($1) / all) })

    planningSeconds = planned.seconds
    memoryFloorSeconds =
      Double(layer.elementCount(images: planned.batch) * planned.element.byteCount)
      / figures.memoryBandwidth
    predicted = Prediction(plan.prediction)
  }

  var text: String {
    func percent(_ share: Double) -> String { "\((100 * share).text(digits: 1)) %" }
    func microseconds(_ seconds: Double) -> String { "\((1e6 * seconds).text(digits: 1)) µs" }
    if let fault { return "\(name): WRONG: \(fault)" }
    var parts = [
      "\(name): predicted \(microseconds(predicted.seconds)) (\(predicted.limiter))",
      "floor \(microseconds(memoryFloorSeconds))",
    ]
    if let cold { parts.append("cold \(cold.text)") }
    if let warm { parts.append("warm \(warm.text)") }
    parts.append("cover \(percent(coverArea))")
    if let paddingShare { parts.append("padding \(percent(paddingShare))") }
    if let wavefrontRatio { parts.append("wavefronts \(wavefrontRatio.text(digits: 3))") }
    parts += [tile, "planned in \(planningSeconds.text(digits: 2)) s"]
    return parts.joined(separator: ", ")
  }
}

extension Cover {
  /// The places in the matrix of weights that are multiplied, by height.
  fileprivate func areas(onBlocks: Bool) -> [Int: Int] {
    var areas: [Int: Int] = [:]
    for segment in segments {
      areas[segment.height, default: 0] += segment.height * segment.taps.count
    }
    guard onBlocks else {
      let leaves = leavesByRow.reduce(0) { $0 + $1.count }
      return leaves > 0 ? areas.merging([1: leaves], uniquingKeysWith: +) : areas
    }
    // Leaves of a tap in the same 16 rows are one column of a segment of 16.
    var columns: Set<[Int]> = []
    for (position, leaves) in leavesByRow.enumerated() {
      for leaf in leaves { columns.insert([position / BlockTiling.bandRows, Int(leaf.tap)]) }
    }
    if !columns.isEmpty {
      areas[BlockTiling.bandRows, default: 0] += BlockTiling.bandRows * columns.count
    }
    return areas
  }
}

extension LayerFigure.Prediction {
  init(_ prediction: ConvolutionPrediction) {
    seconds = prediction.seconds
    limiter = prediction.limiter.rawValue
    limits = Dictionary(
      uniqueKeysWithValues: prediction.limits.map { ($0.rawValue, $1) })
  }
}
