internal import Graphs
package import Runtime
internal import Tensors

/// The steps of a model on the CPU, with their places in the arena.
package struct CPUPlan: Plan {
  package let inputs: [Port]
  package let outputs: [Port]
  package let layers: [LayerReport]
  package let arenaByteCount: Int
  package let weightByteCount: Int
  /// The weights that were packed, by node of the graph.
  package let packed: [Int: PackedLayer]
  package let instructionSet: InstructionSet
  /// What runs, in order.
  let stages: [Stage]
  let threads: Int
  let inputPlaces: [Located]
  let outputPlaces: [OutputPlace]
  let arenaFloatCount: Int
  /// Scratch floats of each worker.
  let scratchFloatCount: Int
  /// Floats that the workers share.
  let sharedFloatCount: Int

  /// A step or its preparation, and the layer that its time counts for.
  struct Stage: Sendable {
    var step: any Step
    var layer: Int
  }

  enum OutputPlace: Sendable {
    case arena(Located)
    case constant(Tensor)
  }

  init(
    graph: Graph, lowered: LoweredGraph, memory: MemoryPlan, steps: [any Step],
    layers: [LayerReport], packed: [Int: PackedLayer], instructionSet: InstructionSet, threads: Int
  ) {
    (inputs, outputs) = graph.ports
    self.instructionSet = instructionSet
    self.packed = packed
    self.layers = layers
    stages = steps.enumerated().flatMap { layer, step in
      [step.preparation, step].compactMap { $0.map { Stage(step: $0, layer: layer) } }
    }
    self.threads = threads
    inputPlaces = lowered.inputs.map { lowered.located($0, memory) }
    outputPlaces = lowered.outputs.map {
      switch $0 {
      case .buffer(let index): .arena(lowered.located(index, memory))
      case .constant(let tensor): .constant(tensor)
      }
    }
    arenaFloatCount = memory.floatCount + Self.slack(lowered)
    scratchFloatCount = stages.reduce(0) { max($0, $1.step.scratchFloatCount) }
    sharedFloatCount = steps.reduce(0) { max($0, $1.sharedFloatCount) }
    arenaByteCount = 4 * arenaFloatCount
    weightByteCount = steps.reduce(0) { $0 + ($1.decision?.weightByteCount ?? 0) }
  }

  /// Floats after the last buffer that steps may read.
  private static func slack(_ lowered: LoweredGraph) -> Int {
    lowered.buffers.reduce(256) { slack, buffer in
      if case .planes(let planes) = buffer.layout {
        max(slack, planes.readableSlack)
      } else {
        slack
      }
    }
  }

  package func makeSession() throws -> any PlanSession { try CPUSession(self) }
}

extension LayerReport {
  /// Reports a node's step.
  init(_ node: Node, _ context: NodeContext, _ decision: StepDecision?) {
    let count = node.op.operationCount(
      inputs: context.inputs.map { $0?.type }, outputs: context.outputs)
    let matrix = decision?.matrix
    let kept = matrix.map { Double($0.weights - $0.zeros) / Double(max(1, $0.weights)) } ?? 1
    let isSparse = decision?.engine == Engine.sparse.rawValue
    self.init(
      name: node.name, op: node.op.fusedName, matrix: matrix,
      engine: decision?.engine ?? "other", reason: decision?.reason ?? "",
      predictedMilliseconds: isSparse
        ? decision?.sparseMilliseconds : decision?.denseMilliseconds,
      predictedSparseMilliseconds: decision?.sparseMilliseconds,
      predictedDenseMilliseconds: decision?.denseMilliseconds, denseFlops: count.flops,
      nonZeroFlops: Int(saturating: Double(count.flops) * kept), boundFlops: decision?.boundFlops)
  }

  /// Reports a conversion between layouts.
  static func conversion(_ from: Located, _ to: Located) -> LayerReport {
    func text(_ layout: Layout) -> String {
      switch layout {
      case .plain: "plain"
      case .planes(let planes):
        planes.isSplit
          ? "planes split \(planes.verticalPhases)×\(planes.horizontalPhases)" : "planes"
      }
    }
    return LayerReport(
      name: from.buffer.name, op: "Convert",
      reason: "\(text(from.buffer.layout)) to \(text(to.buffer.layout))", denseFlops: 0,
      nonZeroFlops: 0)
  }
}
