package import CPUBackend
package import Graphs
package import Passes
package import Runtime

/// What compiling a model for the CPU gives: all that a plan file holds.
package struct CompiledModel: Sendable {
  /// The model that was compiled.
  package var origin: ModelOrigin
  /// Bound and optimised.
  package var graph: Graph
  /// What the passes did to the graph.
  package var passes: [PassReport]
  package var engine: Engine
  /// The threads that rows were divided for.
  package var threads: Int
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
    origin: ModelOrigin, graph: Graph, passes: [PassReport], engine: Engine, threads: Int,
    instructionSet: InstructionSet, processor: String?, costs: CostOrigin? = nil,
    partCost: Double? = nil, layers: CompiledLayers
  ) {
    self.origin = origin
    self.graph = graph
    self.passes = passes
    self.engine = engine
    self.threads = threads
    self.instructionSet = instructionSet
    self.processor = processor
    self.costs = costs
    self.partCost = partCost
    self.layers = layers
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
