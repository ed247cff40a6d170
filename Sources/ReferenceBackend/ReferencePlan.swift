internal import Graphs
package import Runtime
internal import Tensors

/// A graph whose constants are in double precision, with the last use of every value.
package struct ReferencePlan: Plan {
  /// One operator application.
  struct Step: Sendable {
    var node: Node
    var op: any ReferenceOperator
    var outputTypes: [TensorType]
    /// Whether every output is known; then nothing runs.
    var isKnown: Bool
    /// The values that no later step reads.
    var lastUses: [ValueID]
  }

  package let inputs: [Port]
  package let outputs: [Port]
  package let layers: [LayerReport]
  /// The greatest sum of activations that are alive at one time.
  package let arenaByteCount: Int
  package let weightByteCount: Int

  let steps: [Step]
  /// By value index.
  let constants: [Tensor?]
  let inputIDs: [ValueID]
  let outputIDs: [ValueID]

  init(_ graph: Graph) throws {
    inputIDs = graph.inputs
    outputIDs = graph.outputs
    (inputs, outputs) = graph.ports
    for input in inputs { try Reference.check(input.type) }
    constants = try graph.values.map { try $0.constant?.promoted() }
    weightByteCount = constants.reduce(0) { $0 + ($1?.type.byteCount ?? 0) }
    steps = try Self.steps(of: graph)
    layers = steps.map { Self.report($0, in: graph) }
    arenaByteCount = Self.greatestLiveByteCount(steps, graph)
    try MemoryLimit.check(arenaByteCount, for: "activations")
  }

  package func makeSession() throws -> any PlanSession { ReferenceSession(self) }

  private static func steps(of graph: Graph) throws -> [Step] {
    var steps: [Step] = []
    for node in graph.nodes {
      guard let op = node.op as? any ReferenceOperator else {
        throw HewnError(.unsupported, "no reference implementation", node: node.label)
      }
      do throws(HewnError) {
        for output in node.outputs { try Reference.check(graph[output].type) }
      } catch {
        throw error.at(node: node.label)
      }
      steps.append(
        Step(
          node: node, op: op, outputTypes: node.outputs.map { graph[$0].type.promoted },
          isKnown: node.outputs.allSatisfy { graph[$0].constant != nil }, lastUses: []))
    }
    // Backwards: the first reader met is the last one.
    var read = Set(graph.outputs)
    for index in steps.indices.reversed() {
      for value in steps[index].node.inputs.compactMap({ $0 }) + steps[index].node.outputs
      where read.insert(value).inserted {
        steps[index].lastUses.append(value)
      }
    }
    return steps
  }

  private static func report(_ step: Step, in graph: Graph) -> LayerReport {
    let node = step.node
    let flops = step.op.operationCount(
      inputs: node.inputs.map { $0.map { graph[$0].type } },
      outputs: node.outputs.map { graph[$0].type }
    ).flops
    var nonZeroFlops = flops
    if step.op is Conv || step.op is ConvTranspose || step.op is Gemm,
      node.inputs.count > 1, let weight = node.inputs[1].flatMap({ graph[$0].constant })
    {
      let count = weight.shape.elementCount
      let nonZeros = weight.withDoubles { $0.count { $0 != 0 } }
      nonZeroFlops = Int(saturating: Double(flops) * Double(nonZeros) / Double(max(count, 1)))
    }
    return LayerReport(
      name: node.name, op: node.op.fusedName,
      reason: step.isKnown ? "known at compile time" : "double-precision reference",
      denseFlops: flops, nonZeroFlops: nonZeroFlops)
  }

  private static func greatestLiveByteCount(_ steps: [Step], _ graph: Graph) -> Int {
    func size(_ id: ValueID) -> Int {
      graph[id].constant == nil ? graph[id].type.promoted.byteCount : 0
    }
    var live = graph.inputs.reduce(0) { $0 + size($1) }
    var greatest = live
    for step in steps {
      live += step.node.outputs.reduce(0) { $0 + size($1) }
      greatest = max(greatest, live)
      live -= step.lastUses.reduce(0) { $0 + size($1) }
    }
    return greatest
  }
}

extension TensorType {
  /// float64 in place of float32; other types as they are.
  var promoted: TensorType { element == .float32 ? TensorType(.float64, shape) : self }
}

extension Tensor {
  /// The same values with float32 widened to float64.
  func promoted() throws -> Tensor { try cast(to: type.promoted.element) }
}
