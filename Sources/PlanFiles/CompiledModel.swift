package import CPUBackend
package import GPUBackend
package import Graphs
package import KernelIR
package import Passes
package import Runtime

/// What compiling a model gives: all that a plan file holds.
package struct CompiledModel: Sendable {
  /// What depends on the device.
  package enum Target: Sendable {
    case cpu(CompiledForCPU)
    case gpu(CompiledForGPU)
  }

  /// The model that was compiled.
  package var origin: ModelOrigin
  /// Bound and optimised.
  package var graph: Graph
  /// What the passes did to the graph.
  package var passes: [PassReport]
  package var engine: Engine
  /// The threads that rows were divided for.
  package var threads: Int
  package var target: Target

  package init(
    origin: ModelOrigin, graph: Graph, passes: [PassReport], engine: Engine, threads: Int,
    target: Target
  ) {
    self.origin = origin
    self.graph = graph
    self.passes = passes
    self.engine = engine
    self.threads = threads
    self.target = target
  }
}

/// What a processor runs.
package struct CompiledForCPU: Sendable {
  package var instructionSet: InstructionSet
  /// The name of the processor; `nil` where the system does not tell.
  package var processor: String?
  /// The costs that it was compiled by; `nil` where the file does not tell.
  package var costs: CostOrigin?
  /// Nanoseconds to hand out one part, by these costs: the one cost that predictions of a compiled
  /// model still need, as they are for the threads at hand.
  package var partCost: Double?
  package var layers: CompiledLayers

  package init(
    instructionSet: InstructionSet, processor: String?, costs: CostOrigin? = nil,
    partCost: Double? = nil, layers: CompiledLayers
  ) {
    self.instructionSet = instructionSet
    self.processor = processor
    self.costs = costs
    self.partCost = partCost
    self.layers = layers
  }
}

/// What a GPU's kernels and tables follow from.
package struct CompiledForGPU: Sendable {
  /// Whether it was compiled for the emulator in the GPU's place.
  package var isEmulated: Bool
  /// The name of the GPU.
  package var gpu: String
  /// The generation that it is of, on which alone kernels run as they were chosen.
  package var generation: KernelIR.Target
  package var precision: Precision
  /// Whether nodes without kernels are the host's.
  package var evaluatesOnHost: Bool
  package var choices: GPUChoices

  package init(
    isEmulated: Bool, gpu: String, generation: KernelIR.Target, precision: Precision,
    evaluatesOnHost: Bool, choices: GPUChoices
  ) {
    self.isEmulated = isEmulated
    self.gpu = gpu
    self.generation = generation
    self.precision = precision
    self.evaluatesOnHost = evaluatesOnHost
    self.choices = choices
  }
}

/// Where a compiled model comes from.
package struct ModelOrigin: Sendable, Codable, Equatable {
  /// The graph's name.
  package var name: String
  /// The file's name without its folder.
  package var file: String
  package var byteCount: Int
  /// The version of the ONNX operator set.
  package var opset: Int
  package var producer: String
  /// The release of Hewn that compiled it.
  package var hewnVersion: String

  package init(
    name: String, file: String, byteCount: Int, opset: Int, producer: String, hewnVersion: String
  ) {
    self.name = name
    self.file = file
    self.byteCount = byteCount
    self.opset = opset
    self.producer = producer
    self.hewnVersion = hewnVersion
  }
}
