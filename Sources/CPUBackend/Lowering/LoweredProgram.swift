internal import Runtime
internal import Tensors

/// The steps of a graph or a part of one, with their places in an arena.
struct LoweredProgram {
  var stages: [CPUPlan.Stage]
  var layers: [LayerReport]
  /// The weights that were packed, by node.
  var packed: [Int: PackedLayer]
  let inputPlaces: [Located]
  let outputPlaces: [CPUPlan.OutputPlace]
  let arenaFloatCount: Int
  /// Scratch floats of each worker.
  let scratchFloatCount: Int
  /// Floats that the workers share.
  let sharedFloatCount: Int
  let weightByteCount: Int

  init(
    _ lowered: LoweredGraph, memory: MemoryPlan, steps: [any Step], layers: [LayerReport],
    packed: [Int: PackedLayer]
  ) {
    self.layers = layers
    self.packed = packed
    stages = steps.enumerated().flatMap { layer, step in
      [step.preparation, step].compactMap { $0.map { CPUPlan.Stage(step: $0, layer: layer) } }
    }
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
}
