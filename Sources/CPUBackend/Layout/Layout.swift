package import Tensors

/// How a value lies in memory.
package enum Layout: Hashable, Sendable {
  /// Row-major and contiguous, any rank.
  case plain
  /// Planes with halos; rank 4, or rank 3 seen as height 1.
  case planes(PlanesLayout)
}

/// A value of the lowered program: a tensor in a layout.
package struct Buffer: Sendable {
  package var name: String
  package var type: TensorType
  /// Other layouts than plain are for float32 alone.
  package var layout: Layout

  package init(name: String, type: TensorType, layout: Layout) {
    self.name = name
    self.type = type
    self.layout = layout
  }

  /// A float32 buffer.
  package init(name: String, shape: Shape, layout: Layout) {
    self.init(name: name, type: TensorType(.float32, shape), layout: layout)
  }

  package var shape: Shape { type.shape }

  /// The planes layout.
  ///
  /// - Precondition: the buffer lies in planes.
  package var planes: PlanesLayout {
    guard case .planes(let planes) = layout else {
      preconditionFailure("\(name) is not in planes")
    }
    return planes
  }

  /// The arena space that the buffer takes, in units of one float.
  package var floatCount: Int {
    switch layout {
    case .plain: (type.byteCount + 3) / 4
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
