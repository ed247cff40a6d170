internal import CPUKernels
package import Graphs
package import Runtime
package import Tensors

/// Runs models on the CPU: float32 by kernels, what has no kernel by an evaluator.
package struct CPUBackend: Backend {
  package let instructionSet: InstructionSet
  package let costs: CPUCostTable
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
    self.costs = costs ?? .builtIn(for: chosen)
    kernels = try chosen.kernelSet()
    self.evaluate = evaluate
  }

  /// Lowers a graph to steps.
  ///
  /// - Throws: `unsupported` with the node and the reason, before anything runs; `outOfMemory`.
  package func compile(_ graph: Graph, options: CompileOptions) throws -> any Plan {
    let target = NodeContext.Target(
      engine: options.engine, threads: max(1, options.threads), costs: costs)
    let contexts = graph.nodes.map { NodeContext($0, in: graph, target: target) }
    let lowered = try LayoutAssignment.assign(graph, contexts: contexts)
    let memory = lowered.planMemory()
    var steps: [any Step] = []
    var layers: [LayerReport] = []
    for step in lowered.steps {
      let inputs = step.inputs.map { $0.map { lowered.located($0, memory) } }
      let outputs = step.outputs.map { lowered.located($0, memory) }
      switch step.operation {
      case .convert:
        guard let source = inputs.first ?? nil else { continue }
        steps.append(try ConvertStep(from: source, to: outputs[0]))
        layers.append(.conversion(source, outputs[0]))
      case .node(let index):
        let node = graph.nodes[index]
        guard let op = node.op as? any CPUOperator else { continue }
        do {
          let made = try makeStep(op, contexts[index], inputs: inputs, outputs: outputs)
          steps.append(made)
          layers.append(LayerReport(node, contexts[index], made.decision))
        } catch {
          throw error.at(node: node.label)
        }
      }
    }
    return CPUPlan(
      graph: graph, lowered: lowered, memory: memory, steps: steps, layers: layers,
      threads: target.threads)
  }

  /// The step that computes a node: by its kernel, or by the evaluator.
  package func makeStep(
    _ op: any CPUOperator, _ node: NodeContext, inputs: [Located?], outputs: [Located]
  ) throws(HewnError) -> any Step {
    if let reason = op.reasonToEvaluate(node) {
      return EvaluateStep(
        op, node, inputs: inputs, outputs: outputs, reason: reason, evaluate: evaluate)
    }
    return try op.makeStep(for: node, inputs: inputs, outputs: outputs, kernels: kernels)
  }
}

extension NodeContext {
  init(_ node: Node, in graph: Graph, target: Target) {
    self.init(
      label: node.label, inputs: node.inputs.map { $0.map { Operand(graph[$0]) } },
      outputs: node.outputs.map { graph[$0].type }, target: target)
  }
}

extension LoweredGraph {
  /// Places all buffers. Inputs live throughout, so that a session may run again on the same ones.
  func planMemory() -> MemoryPlan {
    var requests = buffers.map {
      MemoryPlan.Request(floatCount: $0.floatCount, firstStep: .max, lastStep: -1)
    }
    func touch(_ buffer: Int, _ step: Int) {
      let owner = storage[buffer]
      requests[owner].firstStep = min(requests[owner].firstStep, step)
      requests[owner].lastStep = max(requests[owner].lastStep, step)
    }
    for input in inputs {
      touch(input, -1)
      touch(input, steps.count)
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
    return MemoryPlan(requests)
  }

  func located(_ buffer: Int, _ memory: MemoryPlan) -> Located {
    Located(
      buffer: buffers[buffer], placement: Placement(offset: memory.offsets[storage[buffer]]))
  }
}
