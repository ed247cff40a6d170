import CPUBackend
import CPUKernels
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
    let target = backend.target(engine: .sparse, threads: 1)
    let lowered = try LayoutAssignment.assign(
      graph,
      contexts: graph.nodes.map { node in
        NodeContext(
          label: node.label, inputs: node.inputs.map { $0.map { Operand(graph[$0]) } },
          outputs: node.outputs.map { graph[$0].type }, target: target)
      })
    layers = []
    for step in lowered.steps {
      guard case .node(let index) = step.operation, let conv = graph.nodes[index].op as? Conv,
        let layer = PrunedConvolution(conv, graph.nodes[index], in: graph)
      else { continue }
      let planes = (step.inputs + step.outputs).map { buffer -> PlanesLayout? in
        guard let buffer, case .planes(let planes) = lowered.buffers[buffer].layout else {
          return nil
        }
        return planes
      }
      guard let input = planes[0], let output = planes.last ?? nil else { continue }
      layers.append(
        StudyLayer(
          name: graph.nodes[index].label, matrices: try layer.matrices(),
          costs: [
            .cpu: try layer.cpuCosts(input: input, output: output, table: backend.costs),
            .gpu: try layer.gpuCosts(on: figures),
          ]))
    }
  }
}

/// A pruned convolution: a filter matrix for each of its groups, and what covers of them cost.
struct StudyLayer {
  let name: String
  let matrices: [FilterMatrix]
  let costs: [CostSetting: CoverCosts]
}
