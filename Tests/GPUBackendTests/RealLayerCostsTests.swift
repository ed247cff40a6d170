import Foundation
import GPUBackend
import GPUKernels
import Graphs
import ONNXFormat
import Passes
import ReferenceBackend
import Runtime
import Tensors
import Testing

/// The costs of the layers of really pruned networks say what the planner predicts.
@Suite struct RealLayerCostsTests {
  static let folder = ProcessInfo.processInfo.environment["HEWN_DATA"].map { $0 + "/models" }
  /// Models, and how many of their layers are covered.
  static let models = [
    ("lenet5-pruned", 4), ("resnet20-cifar10-pruned", 22), ("squeezenet-v1.0-pruned", 26),
    ("alexnet-convs-pruned", 4),
  ]

  @Test(
    .enabled(if: folder != nil, "set HEWN_DATA to the folder that holds models/"),
    arguments: models, [Precision.f16, .f32])
  func realModel(model: (name: String, count: Int), precision: Precision) throws {
    let folder = try #require(Self.folder)
    let template = try ONNXModel.read(contentsOf: "\(folder)/\(model.name).onnx").template
    let bound = try template.bind(ShapeBindings(batch: 32), evaluate: Reference.evaluate)
    let graph = try PassPipeline.standard(evaluate: Reference.evaluate).run(bound).graph
    let found = try LayerCostsCase(graph, on: .h200, precision).comparisons()
    #expect(found.count >= model.count, "\(model.name): \(found.count) layers")
    for layer in found where layer.isFar { Issue.record("\(model.name), \(layer)") }
    let sum = found.reduce(0) { $0 + $1.time } / found.reduce(0) { $0 + $1.predicted }
    #expect((0.75...1.15).contains(sum), "\(model.name): \(sum)")
  }
}
