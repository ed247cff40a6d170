import CPUBackend
import Foundation
import Graphs
import ONNXFormat
import Passes
import ReferenceBackend
import Runtime
import Tensors
import Testing

/// The costs of the layers of really pruned networks say what plans report.
@Suite struct RealLayerCostsTests {
  static let folder = ProcessInfo.processInfo.environment["HEWN_DATA"].map { $0 + "/models" }
  /// Models, and how many of their layers are pruned at least.
  static let models = [
    ("lenet5-pruned", 4), ("resnet20-cifar10-pruned", 18), ("squeezenet-v1.0-pruned", 20),
    ("alexnet-convs-pruned", 4),
  ]

  @Test(
    .enabled(if: folder != nil, "set HEWN_DATA to the folder that holds models/"),
    arguments: models, [1, 8])
  func realModel(model: (name: String, least: Int), batch: Int) throws {
    let folder = try #require(Self.folder)
    let template = try ONNXModel.read(contentsOf: "\(folder)/\(model.name).onnx").template
    let bound = try template.bind(ShapeBindings(batch: batch), evaluate: Reference.evaluate)
    let graph = try PassPipeline.standard(evaluate: Reference.evaluate).run(bound).graph
    let backend = try CPUBackend(evaluate: Reference.evaluate)
    for threads in [1, 2] {
      let (failures, comparedCount) = try LayerCostsCase(
        graph: graph, backend: backend, options: CompileOptions(threads: threads)
      ).failures()
      let listed = failures.prefix(20).joined(separator: "\n")
      #expect(failures.isEmpty, "\(model.name), batch \(batch), \(threads) threads:\n\(listed)")
      #expect(comparedCount >= model.least, "\(model.name): \(comparedCount) layers")
    }
  }
}
