internal import CPUKernels
package import Graphs
package import Runtime
package import Tensors

/// Runs models on the CPU: float32 by kernels, what has no kernel by an evaluator.
package struct CPUBackend: Backend {
  package let instructionSet: InstructionSet
  package let costs: CPUCostTable
  /// The share of a vector's lanes that the images of a batch must fill to lie together in cells.
  package var leastLaneUse = 0.75
  /// How many of a graph's first nodes run image by image, as far as they can; `nil` for as many as are
  /// predicted to gain by it.
  package var nodesByImage: Int?
  let kernels: KernelSet
  let evaluate: Evaluator

  package var name: String { "cpu" }

  /// - Parameters:
  ///   - instructionSet: `nil` for the best that this processor has.
  ///   - costs: `nil` for the built-in table of that instruction set.
  ///   - evaluate: computes nodes without a kernel: element types other than float32, and operators
  ///     that cost no time where they occur.
  /// - Throws: `unsupported` where the processor lacks the instruction set.
  package init(
    instructionSet: InstructionSet? = nil, costs: CPUCostTable? = nil,
    evaluate: @escaping Evaluator
  ) throws(HewnError) {
    let chosen = instructionSet ?? .best
    self.instructionSet = chosen
    self.costs = costs ?? CPUCostTable.builtIn(for: chosen).withCachesOfProcessor()
    kernels = try chosen.kernelSet()
    self.evaluate = evaluate
  }

  /// Lowers a graph to steps.
  ///
  /// - Throws: `unsupported` with the node and the reason, before anything runs; `outOfMemory`.
  package func compile(_ graph: Graph, options: CompileOptions) throws -> any Plan {
    try compile(graph, options: options, compiled: nil)
  }

  /// Lowers a graph whose weights may have been packed before.
  ///
  /// - Parameter compiled: what a compilation of the same graph found; `nil` finds it now.
  /// - Throws: as ``compile(_:options:)``; `invalidFile` for what does not fit the graph.
  package func compile(
    _ graph: Graph, options: CompileOptions, compiled: CompiledLayers?
  ) throws -> CPUPlan {
    let parts = try parts(of: graph, options: options, nodesByImage: compiled?.nodesByImage)
    let threads = max(1, options.threads)
    var front: CPUPlan.Front?
    if let part = parts.front {
      let program = try lower(part, packed: compiled?.packed) {
        LayerReport(
          $0, parts.contexts[$1], $2, runs: part.runs, sharing: parts.sharesImages ? threads : 1)
      }
      front = CPUPlan.Front(
        program: program, nodeCount: part.nodes.count, imageCount: parts.imageCount,
        inputPositions: part.graph.inputs.compactMap(graph.inputs.firstIndex))
    }
    let rest = try lower(
      parts.rest, packed: compiled?.packed, keptInputCount: graph.inputs.count
    ) { LayerReport($0, parts.contexts[$1], $2) }
    let plan = CPUPlan(
      graph: graph, front: front, rest: rest, instructionSet: instructionSet, threads: threads)
    if let extra = compiled?.packed.keys.first(where: { plan.compiled.packed[$0] == nil }) {
      throw HewnError(.invalidFile, "packed weights of node \(extra), which runs without any")
    }
    return plan
  }

  /// The parts that a graph is lowered in.
  ///
  /// - Parameter nodesByImage: how many nodes run image by image; `nil` chooses.
  /// - Throws: `invalidFile` where not so many can.
  func parts(
    of graph: Graph, options: CompileOptions, nodesByImage: Int? = nil
  ) throws(HewnError) -> GraphParts {
    let target = target(engine: options.engine, threads: max(1, options.threads))
    let nodes = SeparableNodes(graph, target: target)
    let count =
      nodesByImage ?? self.nodesByImage.map { min($0, nodes.nodeCount) }
      ?? FrontChoice(nodes, target: target).nodeCount
    guard (0...nodes.nodeCount).contains(count) else {
      throw HewnError(.invalidFile, "\(count) nodes run image by image; \(nodes.nodeCount) can")
    }
    return GraphParts(nodes, nodesByImage: count, target: target)
  }

  /// Lowers a part of a graph.
  ///
  /// - Parameters:
  ///   - packed: by position in the whole graph; `nil` packs now.
  ///   - keptInputCount: how many of its first inputs live throughout, so that a session may run again on
  ///     the same ones.
  ///   - report: the report of a node, given its position in the whole graph and its step's decision.
  private func lower(
    _ part: GraphParts.Part, packed: [Int: PackedLayer]?, keptInputCount: Int = 0,
    report: (Node, Int, StepDecision?) -> LayerReport
  ) throws -> LoweredProgram {
    let lowered = try LayoutAssignment.assign(part.graph, contexts: part.contexts)
    let memory = try lowered.planMemory(keptInputCount: keptInputCount)
    var steps: [any Step] = []
    var layers: [LayerReport] = []
    var packedLayers: [Int: PackedLayer] = [:]
    for step in lowered.steps {
      let inputs = step.inputs.map { $0.map { lowered.located($0, memory) } }
      let outputs = step.outputs.map { lowered.located($0, memory) }
      switch step.operation {
      case .convert:
        guard let source = inputs.first ?? nil else { continue }
        steps.append(
          try ConvertStep(
            from: source, to: outputs[0], neededPhases: lowered.readPhases[step.outputs[0]]))
        layers.append(.conversion(source, outputs[0]))
      case .node(let index):
        let (node, position) = (part.graph.nodes[index], part.nodes.lowerBound + index)
        guard let op = node.op as? any CPUOperator else { continue }
        do throws(HewnError) {
          var context = part.contexts[index]
          context.packed = packed?[position]
          let made = try makeStep(op, context, inputs: inputs, outputs: outputs)
          guard packed == nil || (made.packed == nil) == (context.packed == nil) else {
            throw HewnError(.invalidFile, "its packed weights are missing, or it has none")
          }
          packedLayers[position] = made.packed
          steps.append(made)
          layers.append(report(node, position, made.decision))
        } catch {
          throw error.at(node: node.label)
        }
      }
    }
    return LoweredProgram(
      lowered, memory: memory, steps: steps, layers: layers, packed: packedLayers)
  }

  /// What steps are made for.
  package func target(engine: Engine, threads: Int) -> NodeContext.Target {
    NodeContext.Target(
      engine: engine, threads: threads, costs: costs, vectorLanes: kernels.lanes,
      leastLaneUse: leastLaneUse)
  }

  /// The step that computes a node: by its kernel, or by the evaluator.
  package func makeStep(
    _ op: any CPUOperator, _ node: NodeContext, inputs: [Located?], outputs: [Located]
  ) throws(HewnError) -> any Step {
    try node.checkTables(inputs + outputs)
    if let reason = op.reasonToEvaluate(node) {
      return EvaluateStep(
        op, node, inputs: inputs, outputs: outputs, reason: reason, evaluate: evaluate)
    }
    return try op.makeStep(for: node, inputs: inputs, outputs: outputs, kernels: kernels)
  }
}

extension NodeContext {
  /// Bytes of a step for each index of an axis of its tensors: offsets and weights in tables.
  private static let bytesPerIndex = 16
  /// Bytes of a step for each element of its constants: copies of them, and what they are packed to, which
  /// is most for Winograd tiles of 4×4.
  private static let bytesPerWeight = 24

  /// Bytes of a step for each plane, which may be a group of its own.
  private static let bytesPerPlane = 512

  /// Checks that there is memory for what a step allocates beside the arena.
  ///
  /// - Throws: `outOfMemory`.
  fileprivate func checkTables(_ buffers: [Located?]) throws(HewnError) {
    var byteCount = 0
    func add(_ count: Int, _ size: Int) {
      byteCount = byteCount.saturatingAdd(count.saturatingMultiply(size))
    }
    for case let input? in inputs where input.constant != nil {
      add(input.shape.elementCount, Self.bytesPerWeight)
    }
    for case let located? in buffers {
      for extent in located.shape.dimensions { add(extent, Self.bytesPerIndex) }
      if case .planes(let planes) = located.buffer.layout {
        // Masks.
        add(planes.span, 8 * planes.phaseCount)
        add(planes.planeCount, Self.bytesPerPlane)
      }
    }
    try MemoryLimit.check(byteCount, for: "the weights and tables of this layer")
  }
}

extension LoweredGraph {
  /// Places all buffers.
  ///
  /// - Parameter keptInputCount: how many of the first inputs live throughout.
  /// - Throws: `outOfMemory` where the machine lacks the memory, and as ``MemoryPlan/init(_:)``.
  func planMemory(keptInputCount: Int) throws(HewnError) -> MemoryPlan {
    var requests = buffers.map {
      MemoryPlan.Request(floatCount: $0.floatCount, firstStep: .max, lastStep: -1)
    }
    func touch(_ buffer: Int, _ step: Int) {
      let owner = storage[buffer]
      requests[owner].firstStep = min(requests[owner].firstStep, step)
      requests[owner].lastStep = max(requests[owner].lastStep, step)
    }
    for (index, input) in inputs.enumerated() {
      touch(input, -1)
      if index < keptInputCount { touch(input, steps.count) }
    }
    for (index, step) in steps.enumerated() {
      for case let input? in step.inputs { touch(input, index) }
      for output in step.outputs { touch(output, index) }
    }
    for case .buffer(let output) in outputs { touch(output, steps.count) }
    for index in requests.indices where storage[index] != index || requests[index].lastStep < 0 {
      requests[index].floatCount = 0
      requests[index].firstStep = 0
    }
    let plan = try MemoryPlan(requests)
    try MemoryLimit.check(4 * plan.floatCount, for: "activations")
    return plan
  }

  func located(_ buffer: Int, _ memory: MemoryPlan) -> Located {
    Located(
      buffer: buffers[buffer], placement: Placement(offset: memory.offsets[storage[buffer]]))
  }
}
