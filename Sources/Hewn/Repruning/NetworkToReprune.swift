internal import CPUBackend
internal import Covers
internal import GPUBackend
internal import Graphs
internal import ONNXFormat
internal import Passes
internal import ReferenceBackend
internal import Repruning
internal import Runtime
internal import Tensors

/// A network with the layers that may be re-pruned, and what these cost on a device.
struct NetworkToReprune {
  /// A layer that may be re-pruned, in both bindings of the network.
  struct Layer {
    /// In ``calibrationGraph``.
    let calibrated: PrunableLayer
    /// In ``graph``.
    let timed: PrunableLayer
    /// The node's name in reports of plans.
    let name: String
    /// The initializer of the weights.
    let weights: String
    /// What rounds of dropping go by.
    let costs: LayerCosts
    /// What covers of the layer as it is cost.
    let exactCosts: CoverCosts
  }

  let file: ONNXModel
  let model: ModelSummary
  let options: CompleteOptions
  let compiler: Device.Compiler
  /// The network for the batch that it is to be fast for, as its file states it.
  let graph: Graph
  /// The same for the batch that images run in; for its own where it takes no other.
  let calibrationGraph: Graph
  let layers: [Layer]
  /// The layers that are left alone, and why.
  let exceptions: [RepruneReport.Exception]

  /// - Throws: `invalidArgument` for a plan file, and for a device without costs; what binding, finding the
  ///   device and its costs throw.
  init(_ model: Model, _ options: RepruneOptions) throws {
    guard case .network(let file) = model.source else {
      throw HewnError(
        .invalidArgument,
        "\(model.summary.planFile ?? "the model") is a plan file; give the ONNX model that it was compiled"
          + " from")
    }
    guard options.leastHeight >= 1, options.leastHeight.nonzeroBitCount == 1 else {
      throw HewnError(
        .invalidArgument, "segments of \(options.leastHeight) rows; give a power of two")
    }
    guard options.calibrationBatch >= 1 else {
      throw HewnError(.invalidArgument, "images in batches of \(options.calibrationBatch)")
    }
    guard options.compile.engine != .dense else {
      throw HewnError(
        .invalidArgument, "dense kernels take as long whatever weights are; leave the engine out")
    }
    self.file = file
    self.model = model.summary
    self.options = try CompleteOptions(options.compile, compiled: nil)
    compiler = try Device.makeCompiler(self.options)
    graph = try BoundNetwork(file, options.compile.unoptimized).graph
    calibrationGraph = try Self.rebatched(file, graph, options)
    let costs = try Self.costs(of: graph, compiler, self.options)
    (layers, exceptions) = try Self.layers(
      of: file, graph, calibrationGraph, costs: costs, options)
  }

  /// The network for the batch in which images run, or as it was bound where its file takes no other.
  private static func rebatched(
    _ file: ONNXModel, _ graph: Graph, _ options: RepruneOptions
  ) throws -> Graph {
    do {
      let batch = options.calibrationBatch
      return try BoundNetwork(file, options.compile.unoptimized(batch: batch, of: graph)).graph
    } catch let error as Tensors.HewnError where error.code != .outOfMemory {
      return graph
    }
  }

  /// The costs of layers by the names of their nodes, of which no two are the same.
  private static func costs(
    of graph: Graph, _ compiler: Device.Compiler, _ options: CompleteOptions
  ) throws -> [String: LayerCosts] {
    let optimized = try optimize(graph)
    let found: [Int: LayerCosts]
    switch compiler.backend {
    case let backend as CPUBackend:
      found = try backend.layerCosts(of: optimized, options: options.core)
    case let backend as GPUBackend:
      found = try backend.layerCosts(of: optimized, options: options.core)
    default:
      throw HewnError(
        .invalidArgument,
        "the device \(options.device.rawValue) has no costs to re-prune by; choose the device"
          + " \(Device.cpu.rawValue), \(Device.cuda.rawValue) or \(Device.emulator.rawValue)")
    }
    return Dictionary(
      found.map { (optimized.nodes[$0].name, $1) }, uniquingKeysWith: { first, _ in first })
  }

  private static func layers(
    of file: ONNXModel, _ graph: Graph, _ calibrationGraph: Graph,
    costs: [String: LayerCosts], _ options: RepruneOptions
  ) throws -> ([Layer], [RepruneReport.Exception]) {
    let (found, calibrated) = (try PrunableLayers(graph), try PrunableLayers(calibrationGraph))
    guard found.layers.map(\.label) == calibrated.layers.map(\.label) else {
      throw HewnError(
        .unsupported,
        "the network has other layers for a batch of \(options.calibrationBatch) images than for the"
          + " one that it is to be fast for; let images run in batches of that size")
    }
    var exceptions = found.exceptions.map {
      RepruneReport.Exception(name: $0.label, reason: $0.reason)
    }
    var layers: [Layer] = []
    for (timed, calibrated) in zip(found.layers, calibrated.layers) {
      let name = graph.nodes[timed.node].name
      let cost = costs[name]
      if let reason = obstacle(to: timed, in: graph, of: file, cost: cost, options) {
        exceptions.append(RepruneReport.Exception(name: timed.label, reason: reason))
      } else if let cost {
        let keeps = biasObstacle(of: timed, in: graph, of: file)
        layers.append(
          Layer(
            calibrated: keeps.map { calibrated.keepingBias(because: $0) } ?? calibrated,
            timed: keeps.map { timed.keepingBias(because: $0) } ?? timed, name: name,
            weights: graph[timed.weights].name,
            costs: try cost.withSegments(of: options.leastHeight), exactCosts: cost.covers))
      }
    }
    guard !layers.isEmpty else {
      let reasons = exceptions.prefix(3).map { "\($0.name): \($0.reason)" }
      throw HewnError(
        .invalidArgument,
        "no layer of the network can be re-pruned"
          + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"))
    }
    return (layers, exceptions)
  }

  /// Why a layer whose weights may change is left alone.
  private static func obstacle(
    to layer: PrunableLayer, in graph: Graph, of file: ONNXModel, cost: LayerCosts?,
    _ options: RepruneOptions
  ) -> String? {
    let name = graph[layer.weights].name
    guard file.canReplace(name) else { return "its weights cannot be written back into the file" }
    guard cost != nil else { return "no kernel computes it by covers" }
    if !options.prunesDense, graph[layer.weights].constant?.floats().contains(0) == false {
      return "it has no zeros, and dense layers were not asked for"
    }
    return nil
  }

  /// Why a layer's biases cannot be written into the file; `nil` where they can, or do not change anyway.
  private static func biasObstacle(
    of layer: PrunableLayer, in graph: Graph, of file: ONNXModel
  ) -> String? {
    switch layer.bias {
    case .constant(let id), .mean(let id):
      file.canReplace(graph[id].name) ? nil : "the bias cannot be written back into the file"
    case .absent:
      file.canAddBias(toNodeWithOutput: graph[graph.nodes[layer.node].outputs[0]].name)
        ? nil : "the file has no bias, and can get none"
    case .fixed: nil
    }
  }

  static func optimize(_ graph: Graph) throws -> Graph {
    let evaluate = BoundedEvaluation(Reference.evaluate).evaluator
    return try PassPipeline.standard(evaluate: evaluate).run(graph).graph
  }

  /// The network with other weights, compiled for the device.
  func plan(_ changed: Graph) throws -> Plan {
    let network = BoundNetwork(graph: try Self.optimize(changed), passes: [])
    return Plan(try Lowering(network, compiler, options), model: model, options)
  }

  /// What runs calibration images: the processor, whatever the network is to be fast on.
  func makeRunner() throws -> NetworkRunner {
    NetworkRunner(
      try CPUBackend(instructionSet: .best, evaluate: Reference.evaluate),
      options: Runtime.CompileOptions(threads: options.threads)
    ) { try Self.optimize($0) }
  }

  /// The extents of the only input.
  ///
  /// - Throws: `invalidArgument` for several.
  func imageShape() throws(HewnError) -> [Int] {
    guard graph.inputs.count == 1 else {
      throw HewnError(
        .invalidArgument,
        "the network has \(graph.inputs.count) inputs; only networks with one take images")
    }
    return graph[graph.inputs[0]].type.shape.dimensions
  }

  /// The first output of class scores, and how many classes it has; `nil` without such.
  var classOutput: (name: String, classCount: Int)? {
    guard let batch = graph.inputs.first.flatMap({ graph[$0].type.shape.dimensions.first }) else {
      return nil
    }
    return graph.outputs.lazy.compactMap { output in
      graph.classCount(of: output, batch: batch).map { (graph[output].name, $0) }
    }.first
  }

  /// Nanoseconds of the costs for a millisecond of the device's.
  var nanosecondsPerMillisecond: Double {
    1e6 * (options.device.isGPU ? 1 : Double(options.threads))
  }
}

extension CompileOptions {
  fileprivate var unoptimized: CompileOptions {
    var options = self
    options.optimizes = false
    return options
  }

  /// The options for another batch.
  fileprivate func unoptimized(batch: Int, of graph: Graph) -> CompileOptions {
    var options = unoptimized
    options.batch = batch
    options.shapes = Dictionary(
      uniqueKeysWithValues: graph.inputs.map { id in
        let shape = graph[id].type.shape.dimensions
        return (graph[id].name, shape.isEmpty ? shape : [batch] + shape.dropFirst())
      })
    return options
  }
}

extension LayerCosts {
  /// The same without segments of fewer rows, and with leaves as dear as a tap of the least of them.
  ///
  /// - Throws: `invalidArgument` where the device has no such segments.
  fileprivate func withSegments(of leastHeight: Int) throws(HewnError) -> LayerCosts {
    // Products are covered by single weights alone.
    if leastHeight == 1 || covers.heights.isEmpty { return self }
    let heights = covers.heights.filter { $0.height >= leastHeight }
    guard let least = heights.first else {
      let known = covers.heights.map { String($0.height) }.joined(separator: ", ")
      throw HewnError(
        .invalidArgument, "no segments of \(leastHeight) rows; this device has those of \(known)")
    }
    return LayerCosts(
      covers: CoverCosts(
        leaf: least.time(tapCount: 1), heights: heights, tapsPerChunk: covers.tapsPerChunk),
      floor: floor, denseTime: denseTime)
  }
}
