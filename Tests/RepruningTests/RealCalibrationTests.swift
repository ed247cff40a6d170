import CPUBackend
import Foundation
import Graphs
import ONNXFormat
import Passes
import ReferenceBackend
import Repruning
import Runtime
import Tensors
import TestSupport
import Testing

/// Calibrates a real network on a few random images.
@Suite struct RealCalibrationTests {
  static let folder = ProcessInfo.processInfo.environment["HEWN_DATA"].map { $0 + "/models" }

  @Test(.enabled(if: folder != nil, "set HEWN_DATA to the folder that holds models/"))
  func aRealNetworkIsCalibrated() throws {
    let folder = try #require(Self.folder)
    let template = try ONNXModel.read(contentsOf: "\(folder)/resnet20-cifar10-pruned.onnx").template
    let graph = try template.bind(ShapeBindings(batch: 4), evaluate: Reference.evaluate)
    let found = try PrunableLayers(graph)
    #expect(found.layers.count == 22)
    #expect(found.exceptions.isEmpty)
    let passes = PassPipeline.standard(evaluate: Reference.evaluate)
    let runner = NetworkRunner(
      try CPUBackend(evaluate: Reference.evaluate), options: CompileOptions(threads: 2)
    ) { try passes.run($0).graph }
    let calibration = try Calibration(
      graph, images: CalibrationCase.images(6, [3, 32, 32]), runner: runner,
      options: .init(seed: 1, positionLimit: 2000))
    var probed: [LossUnit] = []
    var options = LossProbe.Options()
    options.drawCount = 1
    let probe = try LossProbe(calibration, options: options)
    try calibration.forEachLayer(found.layers) { layer, groups in
      #expect(groups.count == 1)
      let weights = try layer.filterWeights(in: graph)[0]
      let statistics = groups[0]
      #expect((statistics.rows, statistics.taps) == (layer.rows, layer.taps))
      let perImage = layer.positionCount / 4
      #expect(statistics.positionCount == min(2000, 6 * perImage), "\(layer.label)")
      #expect(statistics.outputSquare > 0 && statistics.outputSquare.isFinite)
      #expect(statistics.inputMeans.allSatisfy { $0.isFinite })
      let error = statistics.relative(statistics.errors(of: weights).reduce(0, +))
      #expect(error < 1e-11, "\(layer.label): \(error)")
      if probed.count < 2 {
        probed.append(try probe.unit(of: layer, statistics: groups))
      }
    }
    #expect(probed.allSatisfy { $0.value > 0 && $0.value.isFinite })
  }
}
