import CPUBackend
import Covers
import GPUKernels
import Graphs
import ONNXFormat
import Passes
import ReferenceBackend
import Runtime
import Tensors

/// The cost tables that trees are compared under.
enum CostSetting: String, CaseIterable, Encodable {
  /// Those of this processor's best instruction set, for one image.
  case cpu = "CPU"
  /// Those of blocks in f16 on a GPU, for 32 images.
  case gpu = "GPU f16"
}

/// The pruned convolutions of a network.
struct StudyNetwork {
  let name: String
  var layers: [StudyLayer]

  /// Reads a model and optimises it as compiling does, so that BatchNormalization is folded.
  init(name: String, contentsOf path: String, on figures: GPUFigures) throws {
    self.name = name
    let model = try ONNXModel.read(contentsOf: path)
    let bound = try model.template.bind(ShapeBindings(batch: 1), evaluate: Reference.evaluate)
    let graph = try PassPipeline.standard(evaluate: Reference.evaluate).run(bound).graph
    let backend = try CPUBackend(evaluate: Reference.evaluate)
    let costs = try backend.layerCosts(of: graph, options: CompileOptions(threads: 1))
    layers = []
    for (index, node) in graph.nodes.enumerated() {
      guard let conv = node.op as? Conv, let onCPU = costs[index],
        let layer = PrunedConvolution(conv, node, in: graph)
      else { continue }
      layers.append(
        StudyLayer(
          name: node.label, matrices: try layer.matrices(),
          costs: [.cpu: onCPU.covers, .gpu: try layer.gpuCosts(on: figures)]))
    }
  }
}

/// A pruned convolution: a filter matrix for each of its groups, and what covers of them cost.
struct StudyLayer {
  let name: String
  let matrices: [FilterMatrix]
  let costs: [CostSetting: CoverCosts]
}
