/// Where a step reads floats: in the arena, or in a constant of its own.
enum FloatSource: Sendable {
  /// Floats from the arena's start.
  case arena(Int)
  case constant(AlignedArray<Float>)

  @inline(__always)
  func pointer(in memory: StepMemory) -> UnsafePointer<Float> {
    switch self {
    case .arena(let offset): UnsafePointer(memory.arena + offset)
    case .constant(let array): array.pointer
    }
  }
}
