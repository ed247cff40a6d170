import Covers
import Foundation
import PlanFiles
import Repruning
import Tensors

/// Checkpoints of a small layer.
enum FrontierCase {
  /// The bits of 63 weights leave one over.
  private static let rows = 7
  static let taps = 9

  /// A layer of two groups whose own form is dense, or by exact covers.
  private static func layer(isDense: Bool, isCalibrated: Bool = true) throws -> PricedLayer {
    var random = SplitMix64(seed: isDense ? 1 : 2)
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in random.uniform() } }
    let parts = try (0..<2).map { _ in
      let values = numbers(rows * taps).map { $0 < -0.2 ? 0 : $0 }
      let weights = FilterWeights(
        matrix: try FilterMatrix(rows: rows, taps: taps, values: values), bias: numbers(rows))
      guard isCalibrated else { return PricedLayer.Part(weights: weights, statistics: nil) }
      let (inputs, count) = (numbers(taps * 40), 40)
      let outputs = (0..<rows * count).map { index in
        let (row, position) = (index / count, index % count)
        return (0..<taps).reduce(weights.bias[row]) {
          $0 + values[row * taps + $1] * inputs[$1 * count + position]
        }
      }
      var sums = try StatisticsAccumulator(
        original: weights.matrix, blocks: TapBlocks([0..<taps]))
      sums.add(inputs: inputs, outputs: outputs, positionCount: count)
      return PricedLayer.Part(weights: weights, statistics: try sums.finish())
    }
    return PricedLayer(
      name: "layer", parts: parts,
      costs: LayerCosts(
        covers: CoverCosts(
          leaf: 1, heights: [.init(height: 2, perTap: 1.2), .init(height: 4, perTap: 1.6)]),
        floor: LayerFloor(floor: 3, fixed: 2), denseTime: isDense ? 40 : .infinity),
      lossPerError: 0.7, adaptsBias: true)
  }

  static func file(
    isDense: Bool, isCalibrated: Bool = true, unit: LossUnit? = nil
  ) throws -> (file: FrontierFile, groups: [FilterWeights]) {
    let layer = try layer(isDense: isDense, isCalibrated: isCalibrated)
    let frontier = try LayerFrontier(layer, priceCount: 4)
    let measured = LossUnit(restoring: 0.7, draws: [0.5, 0.9])
    return (
      FrontierFile(frontier: frontier, unit: unit ?? measured), layer.parts.map(\.weights)
    )
  }

  /// Runs `body` with the path of a file in a folder of its own.
  static func withFile(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/hewn-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder + "/layer.safetensors")
  }
}
