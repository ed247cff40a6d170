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
  package let compiled: CompiledLayers
  package let instructionSet: InstructionSet
  /// What runs first, image by image.
  let front: ImageFront?
  /// What runs then, in order.
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

  /// - Parameters:
  ///   - front: what runs image by image; `nil` where nothing does.
  ///   - rest: all else.
  init(
    graph: Graph, front: Front?, rest: LoweredProgram, instructionSet: InstructionSet, threads: Int
  ) {
    let (inputs, outputs) = graph.ports
    (self.inputs, self.outputs) = (inputs, outputs)
    self.instructionSet = instructionSet
    self.threads = threads
    compiled = CompiledLayers(
      nodesByImage: front?.nodeCount ?? 0,
      packed: rest.packed.merging(front?.program.packed ?? [:]) { first, _ in first })
    let frontLayers = front?.program.layers ?? []
    layers = frontLayers + rest.layers
    stages = rest.stages.map { Stage(step: $0.step, layer: $0.layer + frontLayers.count) }
    inputPlaces = Array(rest.inputPlaces[..<inputs.count])
    outputPlaces = rest.outputPlaces
    arenaFloatCount = rest.arenaFloatCount
    weightByteCount = rest.weightByteCount + (front?.program.weightByteCount ?? 0)
    let imageFront = front.map {
      ImageFront(
        $0.program, imageCount: $0.imageCount, threads: threads,
        inputs: $0.inputPositions.map { rest.inputPlaces[$0] },
        outputs: Array(rest.inputPlaces[inputs.count...]))
    }
    self.front = imageFront
    scratchFloatCount = max(rest.scratchFloatCount, imageFront?.scratchFloatCount ?? 0)
    sharedFloatCount = max(rest.sharedFloatCount, imageFront?.sharedFloatCount ?? 0)
    arenaByteCount =
      4 * (arenaFloatCount + (imageFront?.activationFloatCount(threads: threads) ?? 0))
  }

  /// The first nodes of a graph, lowered for one image.
  struct Front {
    var program: LoweredProgram
    var nodeCount: Int
    var imageCount: Int
    /// The positions of its inputs among those of the graph.
    var inputPositions: [Int]
  }

  package var layersByImage: Int { front?.layerCount ?? 0 }

  package func makeSession() throws -> any PlanSession { try CPUSession(self) }
}

extension LayerReport {
  /// Reports a node's step.
  ///
  /// - Parameters:
  ///   - context: the node as it stands in the graph.
  ///   - runs: how often the step runs for the whole batch.
  ///   - sharing: among how many threads runs are divided, when each takes one thread.
  init(
    _ node: Node, _ context: NodeContext, _ decision: StepDecision?, runs: Int = 1,
    sharing threads: Int = 1
  ) {
    let share = Double(runs) / Double(threads)
    self.init(
      node, inputs: context.inputs.map { $0?.type }, outputs: context.outputs,
      matrix: decision?.matrix, engine: decision?.engine, reason: decision?.reason,
      sparseMilliseconds: decision?.sparseMilliseconds.map { $0 * share },
      denseMilliseconds: decision?.denseMilliseconds.map { $0 * share },
      boundFlops: decision?.boundFlops.map { $0.saturatingMultiply(runs) })
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
