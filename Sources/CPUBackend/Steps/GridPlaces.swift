/// A tensor that a step reads.
struct GridSource: Sendable {
  var floats: FloatSource
  var grid: PlaneGrid
}

/// A tensor that a step writes.
struct GridTarget: Sendable {
  /// Floats from the arena's start.
  var offset: Int
  var grid: PlaneGrid

  init(offset: Int, grid: PlaneGrid) {
    self.offset = offset
    self.grid = grid
  }

  init(_ located: Located) {
    self.init(offset: located.placement.offset, grid: PlaneGrid(located.buffer))
  }

  @inline(__always)
  func pointer(in memory: StepMemory) -> UnsafeMutablePointer<Float> { memory.arena + offset }
}
