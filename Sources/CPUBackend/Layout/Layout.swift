package import Tensors

/// How a value lies in memory.
package enum Layout: Hashable, Sendable {
  /// Row-major and contiguous, any rank.
  case plain
  /// Planes with halos; rank 4, or rank 3 seen as height 1.
  case planes(PlanesLayout)
}

/// A value of the lowered program: a float tensor in a layout.
package struct Buffer: Sendable {
  package var name: String
  package var shape: Shape
  package var layout: Layout

  package init(name: String, shape: Shape, layout: Layout) {
    self.name = name
    self.shape = shape
    self.layout = layout
  }

  /// Floats that the buffer takes in the arena.
  package var floatCount: Int {
    switch layout {
    case .plain: shape.elementCount
    case .planes(let planes): planes.floatCount
    }
  }
}

/// Where a step finds a buffer at run time: floats from the arena's start. Buffers start at
/// multiples of 16 floats.
package struct Placement: Hashable, Sendable {
  package var offset: Int
  package init(offset: Int) { self.offset = offset }
}
