package import Tensors

/// Joins tensors along an axis. Inputs: one or more.
package struct Concat: Operator, Hashable {
  package var axis: Int
  package var name: String { "Concat" }
  package init(axis: Int) { self.axis = axis }
}

/// Cuts a tensor along an axis. Inputs: X, sizes (optional int64; none means equal parts, the
/// last one smaller where it does not divide).
package struct Split: Operator, Hashable {
  package var axis: Int
  package var outputCount: Int
  package var name: String { "Split" }

  package init(axis: Int, outputCount: Int) {
    self.axis = axis
    self.outputCount = outputCount
  }
}

/// Takes a strided range. Inputs: X, starts, ends, axes (optional), steps (optional), all int64
/// constants; NumPy's clamping, negative steps allowed.
package struct Slice: Operator, Hashable {
  package var name: String { "Slice" }
  package init() {}
}

/// Pads or, where negative, crops. Inputs: X, pads (int64 constant, all begins then all ends),
/// value (optional scalar), axes (optional int64 constant).
package struct Pad: Operator, Hashable {
  package enum Mode: String, Hashable, Sendable, Codable {
    case constant, reflect, edge, wrap
  }
  package var mode: Mode
  package var name: String { "Pad" }
  package init(mode: Mode = .constant) { self.mode = mode }
}

/// Permutes axes; an empty permutation reverses them. Inputs: X.
package struct Transpose: Operator, Hashable {
  package var permutation: [Int]
  package var name: String { "Transpose" }
  package init(permutation: [Int] = []) { self.permutation = permutation }
}

/// Gives the elements another shape. Inputs: X, shape (int64 constant; −1 infers, 0 copies unless
/// `allowsZero`).
package struct Reshape: Operator, Hashable {
  package var allowsZero: Bool
  package var name: String { "Reshape" }
  package init(allowsZero: Bool = false) { self.allowsZero = allowsZero }
}

/// A matrix of the axes before and from `axis`. Inputs: X.
package struct Flatten: Operator, Hashable {
  package var axis: Int
  package var name: String { "Flatten" }
  package init(axis: Int = 1) { self.axis = axis }
}

/// Drops axes of extent 1. Inputs: X, axes (optional int64 constant; none means all of extent 1).
package struct Squeeze: Operator, Hashable {
  package var name: String { "Squeeze" }
  package init() {}
}

/// Inserts axes of extent 1. Inputs: X, axes (int64 constant).
package struct Unsqueeze: Operator, Hashable {
  package var name: String { "Unsqueeze" }
  package init() {}
}

/// Takes slices along an axis by index. Inputs: X, indices (int32 or int64, negative from the end).
package struct Gather: Operator, Hashable {
  package var axis: Int
  package var name: String { "Gather" }
  package init(axis: Int = 0) { self.axis = axis }
}

/// The extents of the input as int64. Inputs: X.
package struct ShapeOf: Operator, Hashable {
  package var start: Int
  package var end: Int?
  package var name: String { "Shape" }

  package init(start: Int = 0, end: Int? = nil) {
    self.start = start
    self.end = end
  }
}

/// A tensor of one repeated element. Inputs: shape (int64 constant).
package struct ConstantOfShape: Operator, Sendable {
  /// One element of any type and shape [1].
  package var value: Tensor
  package var name: String { "ConstantOfShape" }
  package init(value: Tensor = Tensor([1], [Float(0)])) { self.value = value }
}

/// Repeats along axes of extent 1. Inputs: X, shape (int64 constant; broadcast with X's).
package struct Expand: Operator, Hashable {
  package var name: String { "Expand" }
  package init() {}
}

/// Moves channels into blocks of pixels. Inputs: X [N, C, H, W].
package struct DepthToSpace: Operator, Hashable {
  package enum Mode: String, Hashable, Sendable, Codable {
    case depthColumnRow = "DCR"
    case columnRowDepth = "CRD"
  }
  package var blockSize: Int
  package var mode: Mode
  package var name: String { "DepthToSpace" }

  package init(blockSize: Int, mode: Mode = .depthColumnRow) {
    self.blockSize = blockSize
    self.mode = mode
  }
}
